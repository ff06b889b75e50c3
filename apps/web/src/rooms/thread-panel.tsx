import { type LiveThread, useThread } from '@aura/client/react';
import { Button, Loader } from '@mantine/core';
import { type ReactElement, useMemo, useRef } from 'react';
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
import { useJump } from './use-jump.ts';
import { useRoomPanel } from './use-room-panel.ts';

interface ThreadPanelProps {
  messageId: string;
  /** The reply at this place in the log is to be shown. */
  replySeq: number | null;
  canWrite: boolean;
}

/** A message with the replies to it, and what the agent does among them. */
export function ThreadPanel({ messageId, replySeq, canWrite }: ThreadPanelProps): ReactElement {
  const { t } = useTranslation();
  const { scrollerRef, letGo } = useStickToBottom();
  const { room } = useRoomScene();
  const thread = useThread(room.id, messageId);
  const isOpen = thread.status !== 'notFound' && (thread.message?.deletedAt ?? null) === null;
  return (
    <SidePanel title={t('rooms.thread.title')}>
      <div ref={scrollerRef} className={classes.scroller}>
        <div>
          <Thread thread={thread} messageId={messageId} replySeq={replySeq} letGo={letGo} />
        </div>
      </div>
      {canWrite && isOpen && (
        <div className={classes.dock}>
          <RoomComposer threadOf={messageId} />
        </div>
      )}
    </SidePanel>
  );
}

interface ThreadProps extends Pick<ThreadPanelProps, 'messageId' | 'replySeq'> {
  thread: LiveThread;
  /** The place in the panel is somewhere else now. */
  letGo: () => void;
}

function Thread({ thread, messageId, replySeq, letGo }: ThreadProps): ReactElement {
  const { t } = useTranslation();
  if (thread.status === 'notFound') return <p className={classes.note}>{t('rooms.thread.gone')}</p>;
  return (
    <>
      {thread.message !== null && (
        <>
          <RoomMessage message={thread.message} isFollowing={false} place="thread" />
          <hr className={classes.rule} />
        </>
      )}
      <Replies thread={thread} messageId={messageId} replySeq={replySeq} letGo={letGo} />
    </>
  );
}

function Replies(props: ThreadProps): ReactElement {
  const { thread, messageId, replySeq, letGo } = props;
  const { t } = useTranslation();
  const errorText = useErrorText();
  const { reader } = useRoomScene();
  const { status, error, replies, runs, pending, hasOlder, isLoadingOlder, loadOlder } = thread;
  const rows = useMemo(
    () =>
      messageRows({
        messages: replies,
        runs,
        threadOf: messageId,
        hasOlderMessages: true,
        pending,
        newAfterSeq: null,
        readerId: reader.userId,
      }),
    [replies, runs, messageId, pending, reader.userId],
  );
  const { arriveInThread } = useRoomPanel();
  const listRef = useRef<HTMLDivElement>(null);
  const highlightedKey = useJump({
    seq: status === 'ready' ? replySeq : null,
    arrive: arriveInThread,
    rows,
    loadUntil: thread.loadUntil,
    toIndex(index) {
      letGo();
      listRef.current?.querySelectorAll('[data-row]')[index]?.scrollIntoView({ block: 'center' });
    },
  });
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
    <div data-thread ref={listRef}>
      {hasOlder && (
        <Button variant="subtle" size="compact-sm" loading={isLoadingOlder} onClick={loadOlder}>
          {t('rooms.thread.loadOlder')}
        </Button>
      )}
      {rows.map((row) => (
        <div key={row.key} data-row>
          <MessageRowView row={row} isHighlighted={row.key === highlightedKey} place="thread" />
        </div>
      ))}
    </div>
  );
}
