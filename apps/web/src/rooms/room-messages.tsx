import type { RoomState } from '@aura/contract';
import type { LiveRoom } from '@aura/client/react';
import { Button, Loader, Transition } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { type ReactElement, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStickToBottom } from '../conversation/use-stick-to-bottom.ts';
import { EmptyRoom } from './empty-room.tsx';
import { MessageRowView } from './message-row-view.tsx';
import { messageRows } from './message-rows.ts';
import { useRoomScene } from './room-context.ts';
import classes from './room-messages.module.css';
import { useFirstNew } from './use-first-new.ts';
import { useIsSettled } from './use-is-settled.ts';
import { useIsWatching } from './use-is-watching.ts';
import { useJump } from './use-jump.ts';
import { useMarkRead } from './use-mark-read.ts';
import { useMessageList } from './use-message-list.ts';
import { useNewLine } from './use-new-line.ts';
import { useRoomPanel } from './use-room-panel.ts';

/** What was said in the room: as much of it in the page as is on screen, and a little more. */
export function RoomMessages({ live, state }: { live: LiveRoom; state: RoomState }): ReactElement {
  const { t } = useTranslation();
  const { reader } = useRoomScene();
  const { messages, runs, hasOlderMessages } = state;
  const place = useStickToBottom();
  const isSettled = useIsSettled();
  const isWatching = useIsWatching({ isAtBottom: place.isAtBottom, isSettled });
  const newAfterSeq = useNewLine({
    messages,
    readSeq: live.readSeq,
    readerId: reader.userId,
    isWatching,
    isSettled,
  });
  const pending = useMemo(() => live.pending.filter(({ threadOf }) => threadOf === null), [live.pending]);
  const pageStarts = usePageStarts(messages[0]?.id);
  const rows = useMemo(
    () =>
      messageRows({
        messages,
        runs,
        threadOf: null,
        hasOlderMessages,
        pageStarts,
        pending,
        newAfterSeq,
        readerId: reader.userId,
      }),
    [messages, runs, hasOlderMessages, pageStarts, pending, newAfterSeq, reader.userId],
  );
  const { isAtBottom, toBottom } = place;
  const { scrollerRef, measure, items, range, height, newCount, toIndex } = useMessageList({
    rows,
    live,
    state,
    place,
    isSettled,
  });
  const { seq, arrive } = useRoomPanel();
  const highlightedKey = useJump({ seq, arrive, rows, loadUntil: live.loadUntil, toIndex });
  const toFirstNew = useFirstNew({
    rows,
    range,
    newAfterSeq,
    hasOlderMessages,
    isSettled,
    loadUntil: live.loadUntil,
    toIndex,
  });
  useMarkRead(live, { isWatching });
  if (messages.length === 0 && rows.length <= 1) return <EmptyRoom />;
  return (
    <div className={classes.frame}>
      <section
        ref={scrollerRef}
        className={classes.scroller}
        aria-label={t('rooms.list.messages')}
        data-message-list
        // Focusable, so that the keyboard can scroll it.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
      >
        <div className={classes.sizer} style={{ height: height }}>
          {items.map(({ index, key, start }) => {
            const row = rows[index];
            return row === undefined ? null : (
              <div
                key={key}
                ref={measure}
                data-index={index}
                className={classes.row}
                style={{ transform: `translateY(${start}px)` }}
              >
                <MessageRowView row={row} isHighlighted={row.key === highlightedKey} place="room" />
              </div>
            );
          })}
        </div>
      </section>
      {toFirstNew !== null && !live.isLoadingOlder && live.error === null && (
        <ToFirstNew onClick={toFirstNew} />
      )}
      {hasOlderMessages && <Older live={live} />}
      <Transition mounted={!isAtBottom} transition="slide-up" duration={140}>
        {(style) => (
          <Button
            className={classes.jump}
            style={style}
            variant={newCount > 0 ? 'filled' : 'default'}
            size="compact-md"
            fz="xs"
            radius="xl"
            leftSection={<IconArrowDown size={14} />}
            onClick={toBottom}
          >
            {newCount > 0 ? t('rooms.list.newBelow', { count: newCount }) : t('rooms.list.jumpToLatest')}
          </Button>
        )}
      </Transition>
    </div>
  );
}

/** The messages that were the first in the list at some time. */
function usePageStarts(firstId: string | undefined): ReadonlySet<string> {
  const [starts, setStarts] = useState<ReadonlySet<string>>(new Set());
  if (firstId !== undefined && !starts.has(firstId)) setStarts(new Set([...starts, firstId]));
  return starts;
}

/** The way to what is new. Lies over the list: nothing moves when it comes and goes. */
function ToFirstNew({ onClick }: { onClick: () => void }): ReactElement {
  const { t } = useTranslation();
  return (
    <Button
      className={classes.firstNew}
      variant="filled"
      size="compact-md"
      fz="xs"
      radius="xl"
      leftSection={<IconArrowUp size={14} />}
      onClick={onClick}
    >
      {t('rooms.list.toFirstNew')}
    </Button>
  );
}

/** What becomes of older messages while they are loaded. Lies over the list as well. */
function Older({ live }: { live: LiveRoom }): ReactElement | null {
  const { t } = useTranslation();
  if (live.isLoadingOlder) {
    return (
      <output className={classes.older}>
        <Loader size={12} color="gray" aria-hidden />
        {t('rooms.list.loadingOlder')}
      </output>
    );
  }
  if (live.error === null || live.status !== 'ready') return null;
  return (
    <div className={classes.older} role="alert">
      {t('rooms.list.olderFailed')}
      <Button variant="subtle" size="compact-xs" onClick={live.loadOlder}>
        {t('app.tryAgain')}
      </Button>
    </div>
  );
}
