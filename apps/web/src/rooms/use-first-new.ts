import type { LiveRoom } from '@aura/client/react';
import { useEffect, useRef, useState } from 'react';
import type { MessageRow } from './message-rows.ts';
import type { MessageList } from './use-message-list.ts';

interface FirstNewOptions extends Pick<LiveRoom, 'loadUntil'> {
  rows: readonly MessageRow[];
  /** The rows on screen. */
  range: MessageList['range'];
  newAfterSeq: number | null;
  hasOlderMessages: boolean;
  isSettled: boolean;
  toIndex: (index: number) => void;
}

/**
 * The way to the line above what is new, as long as the reader has not come to it: it is further up, or so far back that it
 * is not loaded. Null: there is no need.
 */
export function useFirstNew(options: FirstNewOptions): (() => void) | null {
  const { rows, range, newAfterSeq, hasOlderMessages, isSettled, loadUntil, toIndex } = options;
  const index = rows.findIndex(({ kind }) => kind === 'new');
  const [reachedSeq, setReachedSeq] = useState<number | null>(null);
  const isReached = range !== null && index >= range.startIndex && index <= range.endIndex;
  if (isSettled && isReached && newAfterSeq !== reachedSeq) setReachedSeq(newAfterSeq);
  // So many times it was loaded, or could not be.
  const [loadCount, setLoadCount] = useState(0);
  const latest = useRef({ index, toIndex });
  useEffect(() => {
    latest.current = { index, toIndex };
  });
  // Once for each, with what is there then: a line that comes later, by scrolling, is nothing that was asked for.
  useEffect(() => {
    if (loadCount > 0 && latest.current.index !== -1) latest.current.toIndex(latest.current.index);
  }, [loadCount]);
  const isFurtherUp = index === -1 ? hasOlderMessages : index < (range?.startIndex ?? 0);
  if (!isSettled || newAfterSeq === null || newAfterSeq === reachedSeq || !isFurtherUp) return null;
  return () => {
    if (index !== -1) toIndex(index);
    else void loadUntil(newAfterSeq).then(() => setLoadCount((count) => count + 1));
  };
}
