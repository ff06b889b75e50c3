import type { RoomMessageView, RunState } from '@aura/contract';
import type { PendingRoomMessage } from '@aura/client/react';
import { isActive } from '../conversation/run-phase.ts';
import { type ThreadActivity, threadActivities } from './thread-activity.ts';

/** Of the message's thread. */
type Activity = ThreadActivity | null;

/** One line of a room's list, from top to bottom. `key` stays the same for as long as it is the same thing. */
export type MessageRow =
  | { kind: 'beginning'; key: string }
  | { kind: 'day'; key: string; at: string }
  | { kind: 'new'; key: string }
  /** `isFollowing`: said by the same person right after the one before, so the name need not stand there again. */
  | { kind: 'message'; key: string; message: RoomMessageView; isFollowing: boolean; activity: Activity }
  | RunRow
  | { kind: 'pending'; key: string; pending: PendingRoomMessage; isFollowing: boolean };

export interface RunRow {
  kind: 'run';
  key: string;
  run: RunState;
  /** The message that it ended with, if it has said something. */
  answer: RoomMessageView | null;
  /** Who asked for it; null when the question is not at hand. */
  askerId: string | null;
  /** It is queued, and another run's turn comes first. */
  isBehind: boolean;
  /** What goes on in the answer's thread. */
  activity: Activity;
}

interface Said {
  messages: readonly RoomMessageView[];
  runs: Readonly<Record<string, RunState>>;
  /** Whose replies they are; null: the room's own messages. */
  threadOf: string | null;
  hasOlderMessages: boolean;
  pending: readonly PendingRoomMessage[];
  /** Messages that a page began with: they keep their name when older ones come above, so that no row changes its height. */
  pageStarts?: ReadonlySet<string>;
  /** What others said after this place in the log is new to the reader; null: nothing is. */
  newAfterSeq: number | null;
  readerId: string;
}

/** Messages of one person that are further apart stand alone. */
const TOGETHER_MS = 300_000;

/**
 * The lines of a room, or of a thread. Runs in threads stand there; in the room's list their threads say that something
 * goes on. A run that is active stands at the end, where people look; once it is over it stands at its last
 * answer, which is the newest message then, or, when it said nothing, where it ended.
 */
export function messageRows(said: Said): MessageRow[] {
  const { messages, pending, newAfterSeq, readerId } = said;
  const activities = threadActivities(said.runs);
  const runs = Object.fromEntries(
    Object.entries(said.runs).filter(([, run]) => (run.threadOf ?? null) === said.threadOf),
  );
  const pushRun = (run: RunState | undefined, answer: RoomMessageView | null) => {
    if (run === undefined) return;
    const askerId = messages.find(({ id }) => id === run.messageId)?.authorId ?? null;
    const activity = activities.get(answer?.id ?? '') ?? null;
    const isBehind =
      run.status === 'queued' && Object.values(said.runs).some((other) => isBefore(other, run));
    rows.push({ kind: 'run', key: `run ${run.id}`, run, answer, askerId, isBehind, activity });
  };
  const rows: MessageRow[] = said.hasOlderMessages ? [] : [{ kind: 'beginning', key: 'beginning' }];
  const lastAnswers = lastAnswersOf(messages, runs);
  const silent = Object.values(runs)
    .filter((run) => !isActive(run) && !lastAnswers.has(run.id))
    .toSorted((a, b) => (endOf(a) < endOf(b) ? -1 : 1));
  let hasNew = false;
  let before: RoomMessageView | null = null;
  let day = '';
  for (const message of messages) {
    while (silent[0] !== undefined && endOf(silent[0]) < message.createdAt) {
      pushRun(silent.shift(), null);
      before = null;
    }
    const messageDay = new Date(message.createdAt).toDateString();
    if (messageDay !== day) {
      // Where the day begins is not known yet: a line above the first message would move with each older page.
      const isKnown = day !== '' || !said.hasOlderMessages;
      if (isKnown) rows.push({ kind: 'day', key: `day ${messageDay}`, at: message.createdAt });
      [day, before] = [messageDay, null];
    }
    if (!hasNew && newAfterSeq !== null && message.seq > newAfterSeq && message.authorId !== readerId) {
      hasNew = true;
      // Everything new is no news: there is nothing it could be told apart from.
      if (rows.some(({ kind }) => kind === 'message' || kind === 'run')) {
        rows.push({ kind: 'new', key: 'new' });
      }
      before = null;
    }
    const run = answeredRun(message, runs);
    if (run !== undefined) {
      if (!isActive(run) && lastAnswers.get(run.id) === message.id) pushRun(run, message);
      before = null;
      continue;
    }
    const isFollowing = said.pageStarts?.has(message.id) !== true && follows(before, message);
    const activity = activities.get(message.id) ?? null;
    rows.push({ kind: 'message', key: keyOf(message), message, isFollowing, activity });
    before = message;
  }
  for (const run of silent) pushRun(run, null);
  const active = Object.values(runs).filter(isActive);
  for (const run of active.toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1))) pushRun(run, null);
  const last = rows.at(-1);
  let isFollowing = last?.kind === 'message' && last.message.authorId === readerId;
  for (const item of pending) {
    rows.push({ kind: 'pending', key: `said ${item.clientId}`, pending: item, isFollowing });
    isFollowing = true;
  }
  return rows;
}

/** The same for a message before and after it has arrived. */
function keyOf({ id, clientId }: RoomMessageView): string {
  return `said ${clientId ?? id}`;
}

const isBefore = (other: RunState, run: RunState): boolean =>
  isActive(other) && other.createdAt < run.createdAt;

const endOf = (run: RunState): string => run.endedAt ?? run.createdAt;

/** The run that shows this message itself, as its answer. */
function answeredRun(
  { id, authorId, runId }: RoomMessageView,
  runs: Readonly<Record<string, RunState>>,
): RunState | undefined {
  const run = authorId === null && runId !== null ? runs[runId] : undefined;
  return run?.items.some((item) => item.kind === 'text' && item.messageId === id) === true ? run : undefined;
}

/** By run, the last of its answers. */
function lastAnswersOf(
  messages: readonly RoomMessageView[],
  runs: Readonly<Record<string, RunState>>,
): Map<string, string> {
  return new Map(
    messages.flatMap((message) => {
      const run = answeredRun(message, runs);
      return run === undefined ? [] : [[run.id, message.id]];
    }),
  );
}

function follows(before: RoomMessageView | null, message: RoomMessageView): boolean {
  if (before === null || before.authorId !== message.authorId || before.deletedAt !== null) return false;
  return Date.parse(message.createdAt) - Date.parse(before.createdAt) < TOGETHER_MS;
}
