import { expect, it } from 'vitest';
import type { RoomEvent } from './room-events.ts';
import { applyToRoomRuns, type RunStates } from './room-runs-state.ts';
import type { RunView } from './run-events.ts';

const at = '2026-03-01T10:00:00.000Z';
const usage = { inputTokens: 1, outputTokens: 1 };
const run = (id: string, threadOf?: string): RunView => ({
  id,
  conversationId: 'room',
  messageId: `question of ${id}`,
  ...(threadOf !== undefined && { threadOf }),
  model: 'model',
  status: 'queued',
  error: null,
  createdAt: at,
  startedAt: null,
  endedAt: null,
});
const created = (view: RunView): RoomEvent => ({
  type: 'run_created',
  seq: 1,
  at,
  runId: view.id,
  data: { run: view },
});
const startedRun = (runId: string): RoomEvent => ({
  type: 'run_started',
  seq: 2,
  at,
  runId,
  data: { startedAt: at },
});
const done = (runId: string): RoomEvent => ({
  type: 'done',
  seq: 3,
  at,
  runId,
  data: { status: 'completed', error: null, usage },
});
const OWN = run('own');
const ONE = run('one', 'first');
const OTHER = run('other', 'second');
const after = (threadOf: string | null, ...events: RoomEvent[]): [string, string][] =>
  Object.values(
    events.reduce<RunStates>((runs, event) => applyToRoomRuns(runs, event, { threadOf }), {}),
  ).map(({ id, status }) => [id, status]);

const ALL = [OWN, ONE, OTHER].map(created);

it('shows with the room’s messages every run that is at work, and those of its own that are over', () => {
  const working = [...ALL, startedRun('one')];
  expect(after(null, ...working)).toEqual([
    ['own', 'queued'],
    ['one', 'running'],
    ['other', 'queued'],
  ]);
  expect(after(null, ...working, done('one'), done('own'))).toEqual([
    ['own', 'completed'],
    ['other', 'queued'],
  ]);
});

it('shows with a thread’s replies the runs of that thread alone, also when they are over', () => {
  expect(after('first', ...ALL, startedRun('other'), done('one'), done('own'))).toEqual([
    ['one', 'completed'],
  ]);
});
