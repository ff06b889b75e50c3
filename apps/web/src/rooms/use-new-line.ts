import type { RoomMessageView } from '@aura/contract';
import { useState } from 'react';
import { nextNewLine, openNewLine } from './new-line.ts';

interface NewLineOptions {
  messages: readonly RoomMessageView[];
  /** How far the reader had read when the room was opened. */
  readSeq: number | null;
  readerId: string;
  isWatching: boolean;
  /** Until then nobody knows whether what comes is seen. */
  isSettled: boolean;
}

/** After which place in the log messages are new to the reader of an open room; null: none are. */
export function useNewLine(options: NewLineOptions): number | null {
  const { messages, readSeq, readerId, isWatching, isSettled } = options;
  const [line, setLine] = useState(() => openNewLine({ messages, readerId, readSeq: readSeq ?? 0 }));
  const next = isSettled ? nextNewLine(line, { messages, readerId, isWatching }) : line;
  if (next !== line) setLine(next);
  return next.afterSeq;
}
