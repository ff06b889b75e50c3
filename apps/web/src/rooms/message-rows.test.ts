import type { ApprovalView, RoomMessageView, RunState } from '@aura/contract';
import { expect, test } from 'vitest';
import { messageRows } from './message-rows.ts';
import { approval, message, run } from './testing-rooms.ts';

const at = (minute: number) => `2026-01-01T10:${String(minute).padStart(2, '0')}:00.000Z`;
const said = (id: string, minute: number, more: Partial<RoomMessageView> = {}) =>
  message({ id, createdAt: at(minute), seq: minute, ...more });
const answer = (runId: string, messageId: string): RunState =>
  run({
    id: runId,
    status: 'completed',
    endedAt: at(9),
    items: [{ kind: 'text', messageId, attempt: 1, text: messageId, isFinal: true }],
  });
const rowsOf = (
  messages: RoomMessageView[],
  {
    runs = [],
    newAfterSeq = null,
    threadOf = null,
  }: { runs?: RunState[]; newAfterSeq?: number | null; threadOf?: string | null } = {},
) =>
  messageRows({
    messages,
    runs: Object.fromEntries(runs.map((item) => [item.id, item])),
    threadOf,
    hasOlderMessages: true,
    pending: [],
    newAfterSeq,
    readerId: 'me',
  })
    .filter(({ kind }) => kind !== 'day')
    .map((row) => (row.kind === 'message' ? `${row.message.id}${row.isFollowing ? '+' : ''}` : row.key));

test('messages of one person that come together stand together', () => {
  const messages = [
    said('a', 1),
    said('b', 2),
    said('c', 3, { authorId: 'ben' }),
    said('d', 4),
    said('e', 20),
  ];
  expect(rowsOf(messages)).toEqual(['a', 'b+', 'c', 'd', 'e']);
});

test('an active run stands at the end, a finished one at its last answer, a silent one where it ended', () => {
  const messages = [said('a', 1), said('b', 2, { authorId: null, runId: 'r' }), said('c', 30)];
  expect(rowsOf(messages, { runs: [answer('r', 'b')] })).toEqual(['a', 'run r', 'c']);
  expect(rowsOf(messages, { runs: [{ ...answer('r', 'b'), status: 'waiting' }] })).toEqual([
    'a',
    'c',
    'run r',
  ]);
  const stopped = run({ id: 'r', status: 'cancelled', endedAt: at(9) });
  expect(rowsOf([said('a', 1), said('c', 30)], { runs: [stopped] })).toEqual(['a', 'run r', 'c']);
});

test('a run says who asked for it, and whether another comes before it', () => {
  const first = run({ id: 'first', status: 'waiting', messageId: 'a', createdAt: at(1), endedAt: null });
  const second = run({ id: 'second', status: 'queued', messageId: 'b', createdAt: at(2), endedAt: null });
  const rows = messageRows({
    messages: [said('a', 1), said('b', 2, { authorId: 'ben' })],
    runs: { first, second },
    threadOf: null,
    hasOlderMessages: true,
    pending: [],
    newAfterSeq: null,
    readerId: 'me',
  });
  expect(rows.filter(({ kind }) => kind === 'run')).toMatchObject([
    { key: 'run first', askerId: said('a', 1).authorId, isBehind: false },
    { key: 'run second', askerId: 'ben', isBehind: true },
  ]);
});

test('an answer whose run was not loaded, or that an agent posted on its way, stands as a message', () => {
  const posted = said('b', 2, { authorId: null, runId: 'r' });
  expect(rowsOf([said('a', 1), posted])).toEqual(['a', 'b']);
  expect(rowsOf([said('a', 1), posted], { runs: [run({ id: 'r' })] })).toEqual(['a', 'b', 'run r']);
});

test('what is new is set apart once, from the first message of somebody else, and only if something is old', () => {
  const messages = [said('a', 1), said('b', 2, { authorId: 'me' }), said('c', 3), said('d', 4)];
  expect(rowsOf(messages, { newAfterSeq: 1 })).toEqual(['a', 'b', 'new', 'c', 'd+']);
  expect(rowsOf(messages, { newAfterSeq: 0 })).toEqual(['a', 'b', 'c', 'd+']);
  expect(rowsOf(messages, { newAfterSeq: 4 })).toEqual(['a', 'b', 'c', 'd+']);
});

test('a message keeps its place on screen when it arrives', () => {
  const pending = {
    clientId: 'intent',
    text: 'hi',
    mentions: [],
    threadOf: null,
    attachments: [],
    status: 'sending' as const,
  };
  const common = { runs: {}, threadOf: null, hasOlderMessages: false, newAfterSeq: null, readerId: 'me' };
  const before = messageRows({ ...common, messages: [], pending: [pending] });
  const arrived = said('id', 1, { clientId: 'intent' });
  const after = messageRows({ ...common, messages: [arrived], pending: [] });
  expect(after.at(-1)?.key).toBe(before.at(-1)?.key);
});

test('older messages change nothing about the rows that were there', () => {
  const later = [said('c', 3), said('d', 4)];
  const common = {
    runs: {},
    threadOf: null,
    hasOlderMessages: true,
    pending: [],
    newAfterSeq: null,
    readerId: 'me',
  };
  const pageStarts = new Set(['c']);
  const before = messageRows({ ...common, messages: later, pageStarts });
  const after = messageRows({ ...common, messages: [said('a', 1), said('b', 2), ...later], pageStarts });
  expect(after.slice(-before.length)).toEqual(before);
  expect(before[0]).toMatchObject({ kind: 'message', isFollowing: false });
  const whole = messageRows({ ...common, messages: later, hasOlderMessages: false });
  expect(whole.map(({ kind }) => kind)).toEqual(['beginning', 'day', 'message', 'message']);
});

test('a run in a thread stands in the thread alone; above it, its thread says what goes on there', () => {
  const root = said('a', 1, { replyCount: 1 });
  const inThread = run({ id: 'r', threadOf: 'a' });
  expect(rowsOf([root, said('b', 2)], { runs: [inThread] })).toEqual(['a', 'b+']);
  expect(rowsOf([said('c', 3)], { runs: [inThread], threadOf: 'a' })).toEqual(['c', 'run r']);
  const activityOf = (runs: RunState[]) =>
    messageRows({
      messages: [root],
      runs: Object.fromEntries(runs.map((item) => [item.id, item])),
      threadOf: null,
      hasOlderMessages: true,
      pending: [],
      newAfterSeq: null,
      readerId: 'me',
    }).flatMap((row) => (row.kind === 'message' ? [row.activity] : []));
  const asking = (kind: ApprovalView['kind'], status: ApprovalView['status'] = 'pending'): RunState => ({
    ...inThread,
    id: kind,
    status: 'waiting',
    items: [{ kind: 'approval', approval: approval({ kind, status }) }],
  });
  expect(activityOf([inThread])).toEqual(['working']);
  expect(activityOf([asking('tool'), run({ id: 'queued', status: 'queued', threadOf: 'a' })])).toEqual([
    'approval',
  ]);
  expect(activityOf([inThread, asking('question')])).toEqual(['question']);
  expect(activityOf([asking('question'), asking('unknown')])).toEqual(['approval']);
  expect(activityOf([asking('tool', 'approved')])).toEqual(['working']);
  expect(activityOf([{ ...asking('tool'), status: 'cancelled' }])).toEqual([null]);
  expect(activityOf([run({ status: 'running' })])).toEqual([null]);
});
