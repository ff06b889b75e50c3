import {
  applyRunFeedEvent,
  formatCursor,
  newRunState,
  parseCursor,
  type RunFeedEvent,
  type RunState,
} from '@aura/contract';
import { isTrackedEnvelope } from '@trpc/server';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectEvents, expectConverges } from '../../testing/conversations.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { createTestStream } from '../../testing/test-stream.ts';
import { type Asked, ask, outcomeOf } from '../agent/agent-testing.ts';
import { runEvents } from '../agent/run-events.ts';
import { createStaffedRoom, followRoom, say } from '../chat/room-testing.ts';
import { pruneEvents } from './prune-events.ts';
import { addPieces, age, eventCounts, unhurried } from './upkeep-testing.ts';

let test: TestBackend;
let user: TestCaller;
beforeAll(async () => {
  test = await createTestBackend();
  user = await createTestCaller(test.backend);
});
afterAll(async () => await test[Symbol.asyncDispose]());

const SCRIPTS = [
  '#think I plan\n#plan A | B\n#say first I look\n#tool clock_now {}\n#delay 2\n#repeat 100 word',
  '#think hm\n#say half an answer\n#fail cut 1\n#say the whole answer',
  '#say half an answer\n#fail 401 9\n#say never said',
];

/** A conversation of several runs that have ended: one well, one after a second attempt, one in failure. */
async function talk(): Promise<[Asked, ...Asked[]]> {
  const [first, ...others] = SCRIPTS;
  const asked: [Asked, ...Asked[]] = [await ask(user, first ?? '')];
  await outcomeOf(user, asked[0]);
  for (const text of others) {
    asked.push(await ask(user, text, { conversationId: asked[0].conversationId }));
    await outcomeOf(user, asked.at(-1) ?? asked[0]);
  }
  return asked;
}

/** From its beginning on, a run's feed says all there is to know of it. */
function applyFromNothing(state: RunState | null, event: RunFeedEvent): RunState {
  if (event.type === 'run_created') return newRunState(event.data.run);
  if (event.type === 'reset') return event.data.state;
  if (state === null) throw new Error('it begins in the middle');
  return applyRunFeedEvent(state, event);
}

async function follow(runId: string, lastEventId?: string): Promise<RunFeedEvent[]> {
  const events: RunFeedEvent[] = [];
  const signal = AbortSignal.timeout(10_000);
  for await (const envelope of await runEvents(user.ctx, { runId, lastEventId }, signal)) {
    if (isTrackedEnvelope(envelope)) events.push(envelope[1]);
  }
  signal.throwIfAborted();
  return events;
}

const prune = async (): Promise<void> => await pruneEvents(test.backend, unhurried());

async function oldestOf(streamId: string): Promise<number> {
  const { oldest } = await test.backend.database.db
    .selectFrom('streams')
    .select('oldest')
    .where('id', '=', streamId)
    .executeTakeFirstOrThrow();
  return oldest;
}

describe('of conversations', () => {
  it('the pieces of answers given long ago go, and whoever reads, from wherever, gets to the same state', async () => {
    const asked = await talk();
    const { conversationId } = asked[0];
    const before = await user.call.conversation.get({ conversationId });
    const runsBefore = await Promise.all(
      asked.map(async ({ runId }) => await user.call.agent.get({ runId })),
    );
    const countsBefore = await eventCounts(test, conversationId);
    await age(test, conversationId, 31);
    await prune();

    const { content_delta: gone = 0, ...kept } = countsBefore;
    expect(gone).toBeGreaterThan(3);
    expect(await eventCounts(test, conversationId)).toEqual(kept);
    const fresh = await user.call.conversation.get({ conversationId });
    expect(fresh.cursor).toBe(before.cursor);
    expect(timeless(fresh.state)).toEqual(timeless(before.state));

    const { epoch, seq: head } = parseCursor(fresh.cursor) ?? { epoch: '', seq: 0 };
    const oldest = await oldestOf(conversationId);
    expect(oldest).toBeGreaterThan(1);
    const places = Array.from({ length: head }, (_, seq) => formatCursor({ epoch, seq }));
    for (const [seq, lastEventId] of [[0, null] as const, ...places.entries()]) {
      const until = (event: { seq: number }): boolean => event.seq >= head;
      const { events } = await collectEvents(user, conversationId, { lastEventId, until });
      expect(events).toEqual(
        seq < oldest - 1
          ? [{ type: 'reset', seq: head, data: { state: fresh.state } }]
          : range(seq + 1, head).map((expected) => expect.objectContaining({ seq: expected })),
      );
    }

    for (const [index, { runId }] of asked.entries()) {
      const { state } = await user.call.agent.get({ runId });
      expect(timeless(state)).toEqual(timeless(runsBefore[index]?.state));
      expect((await follow(runId)).reduce<RunState | null>(applyFromNothing, null)).toEqual(state);
      for (const lastEventId of places.slice(0, oldest - 1)) {
        expect(await follow(runId, lastEventId)).toMatchObject([{ type: 'reset', data: { state } }]);
      }
    }
    expect(await follow(asked[0].runId)).toMatchObject([{ type: 'reset' }]);
    await expectConverges(user, conversationId, async () => {
      await outcomeOf(user, await ask(user, '#delay 2\n#repeat 20 more', { conversationId }));
    });
  });

  it('those of runs that are under way, or ended lately, stay', async () => {
    const [recent] = await talk();
    const long = await ask(user, '#delay 20\n#repeat 5000 tick');
    await expect
      .poll(async () => (await eventCounts(test, long.conversationId))['content_delta'] ?? 0)
      .toBeGreaterThan(2);
    await age(test, recent.conversationId, 29);
    const counts = await eventCounts(test, recent.conversationId);
    await prune();
    expect(await eventCounts(test, recent.conversationId)).toEqual(counts);
    expect([await oldestOf(recent.conversationId), await oldestOf(long.conversationId)]).toEqual([1, 1]);
    await user.call.agent.stop(long);
    const { run } = await outcomeOf(user, long);
    expect(run.items).toMatchObject([{ kind: 'text', isFinal: true }]);
  });

  it('more pieces than a transaction takes go in several, also when two nodes are at it', async () => {
    const [asked] = await talk();
    await addPieces(test, asked, 4_500);
    await age(test, asked.conversationId, 31);
    await Promise.all([prune(), prune(), prune()]);
    expect(await eventCounts(test, asked.conversationId)).not.toHaveProperty('content_delta');
    const { db } = test.backend.database;
    const { head } = await db
      .selectFrom('streams')
      .select('head')
      .where('id', '=', asked.conversationId)
      .executeTakeFirstOrThrow();
    expect(await oldestOf(asked.conversationId)).toBe(head + 1);
    const left = await db
      .selectFrom('runs')
      .select('id')
      .where('conversationId', '=', asked.conversationId)
      .where('isCompacted', '=', false)
      .execute();
    expect(left).toEqual([]);
  });

  it('nothing is done once the tick is over, and that is no failure', async () => {
    const [asked] = await talk();
    await age(test, asked.conversationId, 31);
    const counts = await eventCounts(test, asked.conversationId);
    await pruneEvents(test.backend, AbortSignal.abort());
    expect(await eventCounts(test, asked.conversationId)).toEqual(counts);
    await prune();
    expect(await eventCounts(test, asked.conversationId)).not.toEqual(counts);
  });
});

describe('of users', () => {
  it('what happened long ago goes, all of it if need be, and the log goes on where it was', async () => {
    const stream = await createTestStream(test.backend);
    const { db } = test.backend.database;
    await stream.append(2_500);
    await sql`update events set at = at - interval '31 days' where stream_id = ${stream.id}`.execute(db);
    await stream.append(3);
    await Promise.all([prune(), prune()]);
    expect(await eventCounts(test, stream.id)).toEqual({ test: 3 });
    expect(await oldestOf(stream.id)).toBe(2_501);
    await sql`update events set at = at - interval '31 days' where stream_id = ${stream.id}`.execute(db);
    await prune();
    expect(await eventCounts(test, stream.id)).toEqual({});
    expect(await oldestOf(stream.id)).toBe(2_504);
    const [next] = await stream.append(1);
    expect(next?.seq).toBe(2_504);
    await prune();
    expect(await eventCounts(test, stream.id)).toEqual({ test: 1 });
  });

  it('what a clock that went back says to be old stays behind what is not, without a hole', async () => {
    const stream = await createTestStream(test.backend);
    await stream.append(5);
    await sql`
      update events set at = at - interval '31 days' where stream_id = ${stream.id} and seq in (1, 2, 4)`.execute(
      test.backend.database.db,
    );
    await prune();
    expect(await eventCounts(test, stream.id)).toEqual({ test: 3 });
    expect(await oldestOf(stream.id)).toBe(3);
  });
});

describe('of rooms', () => {
  it('nothing that people said or did goes, and any cursor stays good', async () => {
    const { roomId, owner, member } = await createStaffedRoom(test.backend);
    const { cursor } = await member.call.chat.getRoom({ roomId });
    const { seq } = await say(owner, roomId, 'hello');
    const counts = await eventCounts(test, roomId);
    await age(test, roomId, 1_000);
    await prune();
    expect(await eventCounts(test, roomId)).toEqual(counts);
    const { events } = await followRoom(member, roomId, {
      lastEventId: cursor,
      until: (event) => event.seq === seq,
    });
    expect(events.map(({ type }) => type)).toEqual(['message_posted']);
  });
});

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** Without the instants that `age` moved. */
function timeless(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, inner: unknown) =>
      /^(endedAt|createdAt|startedAt)$/.test(key) ? null : inner,
    ),
  );
}
