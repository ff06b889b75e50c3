import type { RoomMessageView } from '@aura/contract';
import { useState } from 'react';
import { nextNewLine, openNewLine } from './new-line.ts';

interface NewLineOptions {
  messages: readonly RoomMessageView[];
  /** How far the reader had read when the room was opened. */
  readSeq: number | null;
  readerId: string;
  isWatching: boolean;
}

/** After which place in the log messages are new to the reader of an open room; null: none are. */
export function useNewLine({ messages, readSeq, readerId, isWatching }: NewLineOptions): number | null {
  const [line, setLine] = useState(() => openNewLine({ messages, readerId, readSeq: readSeq ?? 0 }));
  const next = nextNewLine(line, { messages, readerId, isWatching });
  if (next !== line) setLine(next);
  return next.afterSeq;
}
