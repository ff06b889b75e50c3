import type { RoomState } from '@aura/contract';
import { useRoomPins } from '@aura/client/react';
import { Button, Loader } from '@mantine/core';
import { IconPin } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../i18n/use-error-text.ts';
import { FoundMessages } from './found-messages.tsx';
import { SidePanel } from './side-panel.tsx';
import classes from './side-panel.module.css';

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
          <Pins roomId={state.room.id} />
        )}
      </div>
    </SidePanel>
  );
}

function Pins({ roomId }: { roomId: string }): ReactElement {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const pins = useRoomPins(roomId);
  if (pins.status === 'loading') {
    return <Loader size="sm" className={classes.loader} aria-label={t('app.loading')} />;
  }
  if (pins.status === 'error') {
    return (
      <div className={classes.failed} role="alert">
        {t('rooms.pins.loadFailed')} {errorText(pins.error)}
        <Button variant="default" size="compact-sm" onClick={pins.reload}>
          {t('app.tryAgain')}
        </Button>
      </div>
    );
  }
  return <FoundMessages messages={pins.messages} />;
}
