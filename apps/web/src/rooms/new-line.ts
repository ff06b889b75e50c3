import type { RoomMessageView } from '@aura/contract';

/**
 * The line between what the reader has seen and what is new to them. It stands above the first message of others that was
 * not seen: not read when the room was opened, or said since while nobody was watching (another tab or window in front, or
 * scrolled away from the end). It stays there while the reader catches up, so that they find where they were; it moves on
 * when something comes unseen after they had caught up, and goes when they say something. What is seen to come is never new.
 */
export interface NewLine {
  /** Messages after this place in the log are new; null: none are. */
  afterSeq: number | null;
  /** Up to where the reader has seen everything. */
  seenSeq: number;
}

interface Seen {
  messages: readonly RoomMessageView[];
  readerId: string;
  isWatching: boolean;
}

export function openNewLine({ readSeq, ...seen }: Omit<Seen, 'isWatching'> & { readSeq: number }): NewLine {
  return nextNewLine({ afterSeq: null, seenSeq: readSeq }, { ...seen, isWatching: false });
}

/** The line as it stands now; the very same one while nothing about it changes. */
export function nextNewLine(line: NewLine, { isWatching, ...seen }: Seen): NewLine {
  const newestSeq = Math.max(line.seenSeq, seen.messages.at(-1)?.seq ?? 0);
  const said = seen.messages.findLast(({ authorId }) => authorId === seen.readerId)?.seq ?? 0;
  let next = line;
  if (said > next.seenSeq) next = { afterSeq: null, seenSeq: said };
  if (isWatching && newestSeq > next.seenSeq) next = { ...next, seenSeq: newestSeq };
  if (hasNews(seen, next.seenSeq) && next.afterSeq !== next.seenSeq) {
    next = { ...next, afterSeq: next.seenSeq };
  }
  return next;
}

/** Whether others have said something after that place. */
function hasNews({ messages, readerId }: Omit<Seen, 'isWatching'>, afterSeq: number): boolean {
  const last = messages.findLast(({ authorId }) => authorId !== readerId);
  return last !== undefined && last.seq > afterSeq;
}
