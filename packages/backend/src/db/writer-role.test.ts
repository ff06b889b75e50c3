import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { openTestDatabase } from '../testing/test-database.ts';

it('lets the log’s writer append and do nothing else', async () => {
  const denied = /permission denied/;
  await using database = await openTestDatabase();
  const { db } = database;
  const asWriter = async (statement: string): Promise<unknown> =>
    await db.transaction().execute(async (tx) => {
      await sql`select set_config('role', 'aura_writer', true)`.execute(tx);
      return await sql.raw(statement).execute(tx);
    });
  await asWriter('select id, tenant_id, head from streams limit 1');
  for (const statement of [
    'select * from events',
    'select * from users',
    'select * from messages',
    'select * from conversations',
    'select error from runs',
    'update events set type = type',
    'update runs set status = status',
    'update streams set tenant_id = tenant_id',
    'delete from events',
    'delete from streams',
    'insert into streams select * from streams',
  ]) {
    await expect(asWriter(statement), statement).rejects.toThrow(denied);
  }
});
