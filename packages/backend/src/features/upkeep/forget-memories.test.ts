import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { createTestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, createTestTenant } from '../../testing/test-caller.ts';
import { fill } from '../memory/memory-testing.ts';
import { forgetMemories } from './forget-memories.ts';
import { unhurried } from './upkeep-testing.ts';

it('deletes what has expired in all tenants and nothing else, also when several nodes sweep at once', async () => {
  await using test = await createTestBackend({ isStarted: false });
  const { backend } = test;
  const callers = [
    await createTestCaller(backend),
    await createTestCaller(backend, { tenantId: await createTestTenant(backend) }),
  ];
  for (const caller of callers) {
    await fill(caller, { ownerId: caller.ctx.caller.userId, count: 1_300 });
  }
  await sql`update memories set expires_at = clock_timestamp() - interval '1 hour'
    where key like 'n %' and key <> 'n 7'`.execute(backend.database.db);
  for (const { call } of callers) {
    await call.memory.set({ scope: 'agent', agent: 'a', key: 'later', value: 1, ttlSeconds: 60 });
  }
  await Promise.all([forgetMemories(backend, unhurried()), forgetMemories(backend, unhurried())]);
  const { rows } = await sql<{ key: string }>`select key from memories order by key`.execute(
    backend.database.db,
  );
  expect(rows.map(({ key }) => key)).toEqual(['later', 'later', 'n 7', 'n 7']);
});
