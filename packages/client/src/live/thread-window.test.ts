import { formatCursor, type RoomEvent, type RoomMessageView, type ThreadState } from '@aura/contract';
import { expect, test } from 'vitest';
import { createThreadWindow } from './thread-window.ts';

const AT = '2026-01-01T00:00:00.000Z';
const ROOT: RoomMessageView = {
  id: 'root',
  authorId: 'anna',
  authorName: 'Anna',
  clientId: null,
  text: 'root',
  threadOf: null,
  mentions: [],
  attachments: [],
  reactions: [],
  replyCount: 1,
  lastReplyAt: null,
  runId: null,
  isComplete: true,
  seq: 1,
  createdAt: AT,
  editedAt: null,
  deletedAt: null,
};
const run = {
  id: 'run',
  conversationId: 'room',
  messageId: 'question',
  threadOf: 'root',
  model: 'model',
  status: 'running',
  error: null,
  createdAt: AT,
  startedAt: AT,
  endedAt: null,
} as const;

/** The thread with so many steps of its plan, each told by an event that must count once. */
const snapshot = (steps: number): { state: ThreadState; cursor: string } => ({
  state: {
    message: ROOT,
    replies: [],
    runs: { run: { ...run, items: stepsOf(steps), timeline: [], usage: null } },
    hasOlderReplies: false,
  },
  cursor: formatCursor({ epoch: 'abcdef01', seq: steps }),
});
const stepOf = (index: number) => ({ stepId: `${index}`, index, title: 'A', status: 'pending' as const });
const stepsOf = (count: number): ThreadState['runs'][string]['items'] => [
  { kind: 'plan', steps: Array.from({ length: count }, (_, index) => stepOf(index + 1)) },
];
const step = (seq: number): RoomEvent => ({
  type: 'plan_step',
  seq,
  at: AT,
  runId: 'run',
  data: stepOf(seq),
});

function start() {
  const reads: PromiseWithResolvers<{ state: ThreadState; cursor: string }>[] = [];
  const failures: unknown[] = [];
  const thread = createThreadWindow({
    read() {
      const read = Promise.withResolvers<{ state: ThreadState; cursor: string }>();
      reads.push(read);
      return read.promise;
    },
    onChange: () => undefined,
    onFailed: (err) => void failures.push(err),
  });
  const steps = () => thread.get()?.runs['run']?.items;
  return { thread, reads, failures, steps };
}

test('what is told counts once, whether the moment it was read at lies before it or after', async () => {
  for (const moment of [1, 2, 3, 5]) {
    const { thread, reads, steps } = start();
    const loaded = thread.load();
    for (const seq of [2, 3]) thread.apply(step(seq));
    reads[0]?.resolve(snapshot(moment));
    await loaded;
    for (const seq of [4, 5, 6]) thread.apply(step(seq));
    expect(steps()).toEqual(stepsOf(6));
  }
});

test('a thread that comes after it was forgotten comes to nothing, and a failure can be tried again', async () => {
  const { thread, reads, failures, steps } = start();
  const stale = thread.load();
  thread.clear();
  const failed = thread.load();
  reads[1]?.reject(new Error('cut'));
  reads[0]?.resolve(snapshot(9));
  await Promise.all([stale, failed]);
  expect(failures).toHaveLength(1);
  expect([thread.get(), thread.isLoading()]).toEqual([null, false]);
  const again = thread.load();
  expect(thread.isLoading()).toBe(true);
  reads[2]?.resolve(snapshot(2));
  await again;
  expect(steps()).toEqual(stepsOf(2));
});
