import type { RoomState } from '@aura/contract';
import type { LiveRoom } from '@aura/client/react';
import { useVirtualizer, type VirtualItem } from '@tanstack/react-virtual';
import { type RefCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { MessageRow } from './message-rows.ts';

interface MessageListOptions {
  rows: readonly MessageRow[];
  live: LiveRoom;
  state: RoomState;
}

export interface MessageList {
  /** The ref of what scrolls. */
  setScroller: (element: HTMLElement | null) => void;
  onScroll: (scroller: HTMLElement) => void;
  /** The rows that are in the page now. */
  items: VirtualItem[];
  /** Of all rows, in px. */
  height: number;
  measure: RefCallback<HTMLElement>;
  isAtBottom: boolean;
  /** How much others have said since the reader left the bottom. */
  newCount: number;
  toBottom: () => void;
  toIndex: (index: number) => void;
}

/** Closer to the end than this is at the end. */
const NEAR_BOTTOM_PX = 48;
/** Older messages are asked for when so few rows are left above. */
const ROWS_AHEAD = 12;
const ESTIMATED_ROW_PX = 56;

/**
 * The list's place: it begins at what is new, stays at the end while the reader is there, and holds still otherwise,
 * also when older messages come above.
 */
export function useMessageList({ rows, live, state }: MessageListOptions): MessageList {
  const [scroller, setScroller] = useState<HTMLElement | null>(null);
  // Its answers change without new props; nothing here is memoised by a compiler.
  // oxlint-disable-next-line react/incompatible-library
  const virtualizer = useVirtualizer<HTMLElement, HTMLElement>({
    count: rows.length,
    getScrollElement: () => scroller,
    getItemKey: (index) => rows[index]?.key ?? index,
    estimateSize: () => ESTIMATED_ROW_PX,
    overscan: 8,
    paddingStart: 16,
    paddingEnd: 16,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: NEAR_BOTTOM_PX,
  });
  const items = virtualizer.getVirtualItems();
  const [leftAtSeq, setLeftAtSeq] = useState<number | null>(null);
  const isAtBottom = leftAtSeq === null;
  const newestSeq = state.messages.at(-1)?.seq ?? 0;

  const hasStarted = useRef(false);
  useLayoutEffect(() => {
    if (hasStarted.current || scroller === null || rows.length === 0) return;
    hasStarted.current = true;
    const index = rows.findIndex(({ kind }) => kind === 'new');
    if (index === -1) virtualizer.scrollToEnd();
    else virtualizer.scrollToIndex(index, { align: 'start' });
  }, [rows, scroller, virtualizer]);

  // Whoever sends wants to see it, wherever they were reading.
  const lastClientId = live.pending.findLast(({ threadOf }) => threadOf === null)?.clientId;
  useEffect(() => {
    if (lastClientId !== undefined) virtualizer.scrollToEnd();
  }, [lastClientId, virtualizer]);

  // A composer that grows takes from the list's height; its end stays in view.
  useEffect(() => {
    if (scroller === null || !isAtBottom) return;
    let isFirst = true;
    const observer = new ResizeObserver(() => {
      if (!isFirst) virtualizer.scrollToEnd();
      isFirst = false;
    });
    observer.observe(scroller);
    return () => observer.disconnect();
  }, [scroller, isAtBottom, virtualizer]);

  const firstIndex = items[0]?.index ?? null;
  const { loadOlder, isLoadingOlder, error } = live;
  const canLoad = state.hasOlderMessages && !isLoadingOlder && error === null;
  useEffect(() => {
    if (canLoad && firstIndex !== null && firstIndex <= ROWS_AHEAD) loadOlder();
  }, [canLoad, firstIndex, loadOlder]);

  return {
    setScroller,
    onScroll({ scrollHeight, clientHeight, scrollTop }) {
      const isNearEnd = scrollHeight - clientHeight - scrollTop <= NEAR_BOTTOM_PX;
      if (isNearEnd) setLeftAtSeq(null);
      else setLeftAtSeq((seq) => seq ?? newestSeq);
    },
    items,
    height: virtualizer.getTotalSize(),
    measure: virtualizer.measureElement,
    isAtBottom,
    newCount: leftAtSeq === null ? 0 : state.messages.filter(({ seq }) => seq > leftAtSeq).length,
    toBottom: () => virtualizer.scrollToEnd(),
    toIndex: (index) => virtualizer.scrollToIndex(index, { align: 'center' }),
  };
}
