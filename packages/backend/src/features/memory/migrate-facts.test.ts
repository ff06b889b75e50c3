import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { Kysely } from 'kysely';
import { up } from '../../db/migrations/0003-memory.ts';
import { runStatements } from '../../db/run-statements.ts';
import { createTestBackend } from '../../testing/test-backend.ts';
import { createTestCaller } from '../../testing/test-caller.ts';
import { recallFacts } from './recall-facts.ts';

it('turns what the agent remembered into memories of the same user, and leaves the old table to the previous release', async () => {
  await using test = await createTestBackend({ isStarted: false });
  const db = test.backend.database.migrationDb as unknown as Kysely<unknown>;
  const user = await createTestCaller(test.backend);
  const { tenantId, userId } = user.ctx.caller;
  const value = `it's "blue" \\ ${randomUUID()}`;
  await runStatements(db, [
    'drop table memories',
    'alter table conversations drop column cleared_seq',
    `insert into facts (tenant_id, user_id, key, value) values
      ('${tenantId}', '${userId}', 'color', '${value.replaceAll("'", "''")}')`,
  ]);
  await up(db);
  expect(await recallFacts(user.ctx, '')).toEqual([{ key: 'color', value }]);
  const { entries } = await user.call.memory.list({ scope: 'user' });
  expect(entries).toMatchObject([{ key: 'fact:color', value, expiresAt: null }]);
  await runStatements(db, [
    `update facts set value = 'red' where tenant_id = '${tenantId}' and user_id = '${userId}'`,
  ]);
});
