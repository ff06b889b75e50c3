import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Schema } from '../db/schema.ts';
import { withSystemTransaction, withTransaction } from '../db/transaction.ts';
import { createTestBackend, type TestBackend } from '../testing/test-backend.ts';
import { createTestCaller, type TestCaller } from '../testing/test-caller.ts';
import { lockConversation } from './conversation/conversation-store.ts';
import { ask } from './agent/agent-testing.ts';
import { askInRoom } from './chat/room-agent-testing.ts';
import { takeBack } from './chat/delete-message.ts';
import { enterRoom } from './chat/room-access.ts';
import { createTestRoom, say } from './chat/room-testing.ts';
import { FencedError } from '../realtime/group-writer.ts';
import { NO_PAST } from './agent/read-run-past.ts';
import { RunSession } from './agent/run-session.ts';
import { claimRun, lockRun, renewLeases, type PlacedRun } from './agent/run-store.ts';

let test: TestBackend;
let user: TestCaller;
beforeAll(async () => {
  test = await createTestBackend({ isStarted: false });
  user = await createTestCaller(test.backend);
});
afterAll(async () => await test[Symbol.asyncDispose]());

const claim = async ({ ctx }: TestCaller, runId: string): Promise<PlacedRun> => {
  const owner = test.backend.nodeId;
  const run = await withTransaction(ctx, async ({ db }) => await claimRun(db, { runId, owner }));
  if (run === undefined) throw new Error('not there to be claimed');
  return run;
};
const claimed = async (): Promise<PlacedRun> => await claim(user, (await ask(user, 'hello')).runId);

const sessionOf = (run: PlacedRun): RunSession => {
  const { signal } = new AbortController();
  return new RunSession(test.backend, { run, past: NO_PAST }, { signal, drain: signal });
};

/** A step that says something. */
const said = (runId: string): Parameters<RunSession['checkpoint']> => {
  const data = { messageId: randomUUID(), attempt: 1, text: 'Said.', usage: null, isComplete: true };
  return [[{ kind: 'model', text: 'Said.', toolCalls: [], usage: null }], [{ type: 'content', runId, data }]];
};

/** From here on a wait of `db` fails, well before the database looks for circles (after 1 s) and breaks them. */
const failOnWaits = async (db: Kysely<Schema>): Promise<void> => {
  await sql`set local lock_timeout = '300ms'`.execute(db);
};

const untilSomebodyWaits = async (): Promise<void> =>
  await expect
    .poll(async () => {
      const { rows } = await sql`select from pg_locks where not granted`.execute(test.backend.database.db);
      return rows.length;
    })
    .toBeGreaterThan(0);

describe('two transactions never wait for each other in a circle', () => {
  it('while a conversation is changed and a step of its run is stored', async () => {
    const run = await claimed();
    const session = sessionOf(run);
    const key = { ...user.ctx.caller, conversationId: run.conversationId };
    await withTransaction(user.ctx, async ({ db }) => {
      await lockConversation(db, key);
      await session.checkpoint(...said(run.id));
      await failOnWaits(db);
      await lockRun(db, run.id);
    });
  }, 5_000);

  it('while a message is deleted and an answer in its thread is stored', async () => {
    const { roomId, owner } = await createTestRoom(test.backend);
    const { messageId: threadOf } = await say(owner, roomId, 'root');
    const { runId } = await askInRoom(owner, roomId, '#say hi', { threadOf });
    const session = sessionOf(await claim(owner, runId));
    await withTransaction(owner.ctx, async (tx) => {
      await enterRoom(tx.db, owner.ctx.caller, { roomId, hold: 'conversation' });
      await session.checkpoint(...said(runId));
      await failOnWaits(tx.db);
      await takeBack(tx, owner.ctx, { roomId, messageId: threadOf });
    });
    await expect(session.checkpoint(...said(runId))).rejects.toThrow(FencedError);
  });

  it('while leases are renewed and a group of runs is written to', async () => {
    const runIds = await Promise.all(Array.from({ length: 8 }, async () => (await claimed()).id));
    const [first = '', ...others] = runIds.toSorted();
    const claim = { owner: test.backend.nodeId, runIds };
    const renew = async (): Promise<string[]> =>
      await withSystemTransaction(test.backend, async ({ db }) => await renewLeases(db, claim));
    const renewed = await test.backend.database.db.transaction().execute(async (db) => {
      await lockRun(db, first);
      const renewing = renew();
      await untilSomebodyWaits();
      await failOnWaits(db);
      for (const id of others) await lockRun(db, id);
      return { renewing };
    });
    expect(await renewed.renewing).toHaveLength(8);
  });
});
