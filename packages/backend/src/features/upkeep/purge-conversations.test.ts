import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { type Asked, ask, outcomeOf } from '../agent/agent-testing.ts';
import { purgeConversations } from './purge-conversations.ts';
import { CONVERSATION_ROWS } from './purge-store.ts';
import { addPieces, age, unhurried } from './upkeep-testing.ts';

let test: TestBackend;
let user: TestCaller;
beforeAll(async () => {
  test = await createTestBackend();
  user = await createTestCaller(test.backend);
});
afterAll(async () => await test[Symbol.asyncDispose]());

/** A conversation with rows in every table that can have some. */
async function eventful(): Promise<Asked> {
  const asked = await ask(user, '#think hm\n#tool clock_now {}\n#say done');
  await outcomeOf(user, asked);
  const { db } = test.backend.database;
  const { conversationId, runId } = asked;
  const { tenantId, userId } = user.ctx.caller;
  const approvalId = randomUUID();
  await sql`
    insert into approvals (id, tenant_id, conversation_id, run_id, user_id, kind, tool_call_id, tool_name, tool_version,
      risk, title, args, args_hash, allowed, approver_kind, status, created_at, expires_at, decided_at)
    values (${approvalId}, ${tenantId}, ${conversationId}, ${runId}, ${userId}, 'tool', 'call', 'send', '1', 'external',
      'Send', '{}', 'hash', '{}', 'owner', 'approved', now(), now(), now())`.execute(db);
  await sql`
    insert into tool_calls (run_id, call_id, tenant_id, tool_name, tool_version, args_hash, repeat, approval_id, fence,
      started_at)
    values (${runId}, 'call', ${tenantId}, 'send', '1', 'hash', 'once', ${approvalId}, 1, now())`.execute(db);
  await sql`
    insert into usage_entries (run_id, step, attempt, tenant_id, user_id, conversation_id, model, input_tokens,
      output_tokens, cost_micros, created_at)
    values (${runId}, 99, 1, ${tenantId}, ${userId}, ${conversationId}, 'm', 1, 1, 1, now())`.execute(db);
  return asked;
}

/** How many rows each table has of a conversation. */
async function rowCounts({ conversationId, runId }: Asked): Promise<Record<string, number>> {
  const { db } = test.backend.database;
  const places = [
    ...CONVERSATION_ROWS.map(({ table, by }) => ({
      table,
      by,
      id: by === 'run_id' ? runId : conversationId,
    })),
    { table: 'conversations', by: 'id', id: conversationId },
    { table: 'streams', by: 'id', id: conversationId },
  ];
  const counts: Record<string, number> = {};
  for (const { table, by, id } of places) {
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from ${sql.table(table)} where ${sql.ref(by)} = ${id}`.execute(db);
    counts[table] = rows[0]?.n ?? 0;
  }
  return counts;
}

const purge = async (): Promise<void> => await purgeConversations(test.backend, unhurried());
const total = (counts: Record<string, number>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

describe('conversations that were deleted long ago', () => {
  it('leave no row in any table, and nobody else’s rows are touched', async () => {
    const [gone, recent, kept] = [await eventful(), await eventful(), await eventful()];
    const [before, recentBefore, keptBefore] = [
      await rowCounts(gone),
      await rowCounts(recent),
      await rowCounts(kept),
    ];
    for (const [table, count] of Object.entries(before)) expect(count, table).toBeGreaterThan(0);
    await user.call.conversation.delete(gone);
    await user.call.conversation.delete(recent);
    await age(test, gone.conversationId, 31);
    await age(test, recent.conversationId, 29);
    await purge();
    expect(total(await rowCounts(gone))).toBe(0);
    expect(await rowCounts(recent)).toEqual({ ...recentBefore, events: (recentBefore.events ?? 0) + 1 });
    expect(await rowCounts(kept)).toEqual(keptBefore);
    expect((await user.call.conversation.get(kept)).state.messages).toHaveLength(2);
  });

  it('go in several transactions when they are large, also when two nodes are at it', async () => {
    const large = await eventful();
    await addPieces(test, large, 5_000);
    await user.call.conversation.delete(large);
    await age(test, large.conversationId, 31);
    await Promise.all([purge(), purge(), purge()]);
    expect(total(await rowCounts(large))).toBe(0);
  });

  it('stay while a run of theirs has yet to be ended', async () => {
    const asked = await eventful();
    await user.call.conversation.delete(asked);
    await age(test, asked.conversationId, 31);
    const { db } = test.backend.database;
    const set = async (status: 'waiting' | 'cancelled'): Promise<void> =>
      void (await db.updateTable('runs').set({ status }).where('id', '=', asked.runId).execute());
    await set('waiting');
    await purge();
    expect((await rowCounts(asked)).conversations).toBe(1);
    await set('cancelled');
    await purge();
    expect(total(await rowCounts(asked))).toBe(0);
  });

  it('are known in every table: one that is added is purged as well', async () => {
    const { rows } = await sql<{ name: string }>`
      select distinct table_name as name from information_schema.columns
      where table_schema = current_schema() and column_name in ('conversation_id', 'run_id', 'stream_id')`.execute(
      test.backend.database.db,
    );
    // A membership's stream is the user's own.
    const known = [...CONVERSATION_ROWS.map(({ table }) => table as string), 'memberships'];
    expect(rows.map(({ name }) => name).toSorted()).toEqual(known.toSorted());
  });
});
