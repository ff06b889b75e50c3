import type { RoomState } from '@aura/contract';
import { useAura } from '@aura/client/react';
import { Button, Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconPin } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../i18n/use-error-text.ts';
import { useNavigation } from '../app/navigation-context.ts';
import { RoomMessage } from './room-message.tsx';
import { SidePanel } from './side-panel.tsx';
import classes from './side-panel.module.css';
import { useRoomPanel } from './use-room-panel.ts';

/** What everybody should find again, the one that was pinned last first. */
export function PinsPanel({ state }: { state: RoomState }): ReactElement {
  const { t } = useTranslation();
  return (
    <SidePanel title={t('rooms.pins.title')}>
      <div className={classes.scroller}>
        {state.pins.length === 0 ? (
          <div className={classes.empty}>
            <IconPin size={28} stroke={1.5} aria-hidden />
            <p>{t('rooms.pins.empty')}</p>
          </div>
        ) : (
          <Pins state={state} />
        )}
      </div>
    </SidePanel>
  );
}

function Pins({ state }: { state: RoomState }): ReactElement {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const client = useAura();
  const { isNarrow } = useNavigation();
  const { jumpTo } = useRoomPanel();
  const roomId = state.room.id;
  const pins = useQuery({
    queryKey: ['rooms', roomId, 'pins', state.pins],
    queryFn: ({ signal }) => client.chat.pins.query({ roomId }, { signal }),
    retry: false,
    placeholderData: (previous) => previous,
  });
  if (pins.isPending) return <Loader size="sm" className={classes.loader} aria-label={t('app.loading')} />;
  if (pins.isError) {
    return (
      <div className={classes.failed} role="alert">
        {t('rooms.pins.loadFailed')} {errorText(pins.error)}
        <Button variant="default" size="compact-sm" onClick={() => void pins.refetch()}>
          {t('app.tryAgain')}
        </Button>
      </div>
    );
  }
  // What is in the room's own list is newer than what was read.
  const live = new Map(state.messages.map((message) => [message.id, message]));
  const jump = (seq: number) => jumpTo(seq, { panel: isNarrow ? 'closes' : 'stays' });
  return (
    <ul className={classes.pins}>
      {pins.data.messages
        .filter(({ id }) => state.pins.includes(id))
        .map((message) => (
          <li key={message.id} className={classes.pin}>
            <RoomMessage message={live.get(message.id) ?? message} isFollowing={false} place="thread" />
            <Button variant="subtle" size="compact-xs" onClick={() => jump(message.seq)}>
              {t('rooms.pins.jump')}
            </Button>
          </li>
        ))}
    </ul>
  );
}
