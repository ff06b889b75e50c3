import type { RoomState } from '@aura/contract';
import { useThread } from '@aura/client/react';
import { Button, Loader } from '@mantine/core';
import { type ReactElement, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useStickToBottom } from '../conversation/use-stick-to-bottom.ts';
import { useErrorText } from '../i18n/use-error-text.ts';
import { messageRows } from './message-rows.ts';
import { MessageRowView } from './message-row-view.tsx';
import { RoomComposer } from './room-composer.tsx';
import { useRoomScene } from './room-context.ts';
import { RoomMessage } from './room-message.tsx';
import { SidePanel } from './side-panel.tsx';
import classes from './side-panel.module.css';

interface ThreadPanelProps {
  messageId: string;
  state: RoomState;
  canWrite: boolean;
}

/** A message with the replies to it. */
export function ThreadPanel({ messageId, state, canWrite }: ThreadPanelProps): ReactElement {
  const { t } = useTranslation();
  const { scrollerRef } = useStickToBottom();
  const message = state.messages.find(({ id }) => id === messageId);
  return (
    <SidePanel title={t('rooms.thread.title')}>
      <div ref={scrollerRef} className={classes.scroller}>
        <div>
          {message === undefined ? (
            <p className={classes.note}>{t('rooms.thread.gone')}</p>
          ) : (
            <RoomMessage message={message} isFollowing={false} place="thread" />
          )}
          <hr className={classes.rule} />
          <Replies messageId={messageId} />
        </div>
      </div>
      {canWrite && (
        <div className={classes.dock}>
          <RoomComposer threadOf={messageId} />
        </div>
      )}
    </SidePanel>
  );
}

function Replies({ messageId }: { messageId: string }): ReactElement {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const { room, reader } = useRoomScene();
  const { status, error, replies, pending, hasOlder, isLoadingOlder, loadOlder } = useThread(
    room.id,
    messageId,
  );
  const rows = useMemo(
    () =>
      messageRows({
        messages: replies,
        runs: {},
        hasOlderMessages: true,
        pending,
        readSeq: null,
        readerId: reader.userId,
      }),
    [replies, pending, reader.userId],
  );
  if (status === 'loading' && rows.length === 0) {
    return <Loader size="sm" className={classes.loader} aria-label={t('app.loading')} />;
  }
  if (status === 'error' && replies.length === 0) {
    return (
      <div className={classes.failed} role="alert">
        {t('rooms.thread.loadFailed')} {errorText(error)}
        <Button variant="default" size="compact-sm" onClick={loadOlder}>
          {t('app.tryAgain')}
        </Button>
      </div>
    );
  }
  if (rows.length === 0) return <p className={classes.note}>{t('rooms.thread.empty')}</p>;
  return (
    <div data-thread>
      {hasOlder && (
        <Button variant="subtle" size="compact-sm" loading={isLoadingOlder} onClick={loadOlder}>
          {t('rooms.thread.loadOlder')}
        </Button>
      )}
      {rows.map((row) => (
        <MessageRowView key={row.key} row={row} isHighlighted={false} place="thread" />
      ))}
    </div>
  );
}
