import type { RoomState } from '@aura/contract';
import type { LiveRoom } from '@aura/client/react';
import { useVirtualizer, type VirtualItem } from '@tanstack/react-virtual';
import { type RefCallback, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { StickToBottom } from '../conversation/use-stick-to-bottom.ts';
import type { MessageRow } from './message-rows.ts';

interface MessageListOptions {
  rows: readonly MessageRow[];
  live: LiveRoom;
  state: RoomState;
  /** Holds the end of the list while the reader is there. */
  place: StickToBottom;
  /** The list has been scrolled to where it begins. */
  isSettled: boolean;
}

export interface MessageList {
  /** The ref of what scrolls. */
  scrollerRef: RefCallback<HTMLElement>;
  /** The rows that are in the page now. */
  items: VirtualItem[];
  /** Those of them that are on screen, by index. */
  range: { startIndex: number; endIndex: number } | null;
  /** Of all rows, in px. */
  height: number;
  measure: RefCallback<HTMLElement>;
  /** How much others have said since the reader left the bottom. */
  newCount: number;
  toIndex: (index: number) => void;
}

/** Older messages are asked for when so few rows are left above. */
const ROWS_AHEAD = 12;
const ESTIMATED_ROW_PX = 56;

/**
 * The list's place: it begins at what is new, stays at the end while the reader is there, and holds still otherwise,
 * also when older messages come above. The virtualizer holds the place by the row that is on screen; the end is held by
 * what holds it in conversations.
 */
export function useMessageList(options: MessageListOptions): MessageList {
  const { rows, live, state, place, isSettled } = options;
  const { scrollerRef: stickRef, isAtBottom, toBottom, letGo } = place;
  const [scroller, setScroller] = useState<HTMLElement | null>(null);
  const scrollerRef = useCallback<RefCallback<HTMLElement>>(
    (element) => {
      const leave = stickRef(element);
      setScroller(element);
      return () => {
        setScroller(null);
        leave?.();
      };
    },
    [stickRef],
  );
  // Its answers change without new props; nothing here is memoised by a compiler.
  // oxlint-disable-next-line react/incompatible-library
  const virtualizer = useVirtualizer<HTMLElement, HTMLElement>({
    count: rows.length,
    getScrollElement: () => scroller,
    getItemKey: (index) => rows[index]?.key ?? index,
    estimateSize: () => ESTIMATED_ROW_PX,
    // About the end: rows at the top would be drawn for nothing.
    initialOffset: () => rows.length * ESTIMATED_ROW_PX,
    overscan: 8,
    paddingStart: 16,
    paddingEnd: 16,
    anchorTo: 'end',
  });
  const items = virtualizer.getVirtualItems();

  const hasStarted = useRef(false);
  useLayoutEffect(() => {
    if (hasStarted.current || scroller === null || rows.length === 0) return;
    hasStarted.current = true;
    const index = rows.findIndex(({ kind }) => kind === 'new');
    if (index === -1) return;
    letGo();
    virtualizer.scrollToIndex(index, { align: 'start' });
  }, [rows, scroller, virtualizer, letGo]);

  // Whoever sends wants to see it, wherever they were reading.
  const lastClientId = live.pending.findLast(({ threadOf }) => threadOf === null)?.clientId;
  useEffect(() => {
    if (lastClientId !== undefined) toBottom();
  }, [lastClientId, toBottom]);

  const firstIndex = items[0]?.index ?? null;
  const { loadOlder, isLoadingOlder, error } = live;
  const canLoad = isSettled && state.hasOlderMessages && !isLoadingOlder && error === null;
  useEffect(() => {
    if (canLoad && firstIndex !== null && firstIndex <= ROWS_AHEAD) loadOlder();
  }, [canLoad, firstIndex, loadOlder]);

  return {
    scrollerRef,
    items,
    range: virtualizer.range,
    height: virtualizer.getTotalSize(),
    measure: virtualizer.measureElement,
    newCount: useNewCount(state, { isAtBottom }),
    toIndex(index) {
      letGo();
      virtualizer.scrollToIndex(index, { align: 'center' });
    },
  };
}

/** How many messages came since the reader left the bottom. */
function useNewCount({ messages }: RoomState, { isAtBottom }: { isAtBottom: boolean }): number {
  const [leftAtSeq, setLeftAtSeq] = useState<number | null>(null);
  if (isAtBottom && leftAtSeq !== null) setLeftAtSeq(null);
  if (!isAtBottom && leftAtSeq === null) setLeftAtSeq(messages.at(-1)?.seq ?? 0);
  return leftAtSeq === null ? 0 : messages.filter(({ seq }) => seq > leftAtSeq).length;
}
