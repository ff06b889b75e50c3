import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { openTestDatabase } from '../testing/test-database.ts';

it('lets the log’s writer append, post messages and do nothing else', async () => {
  const denied = /permission denied/;
  await using database = await openTestDatabase();
  const { db } = database;
  const asWriter = async (statement: string): Promise<unknown> =>
    await db.transaction().execute(async (tx) => {
      await sql`select set_config('role', 'aura_writer', true)`.execute(tx);
      return await sql.raw(statement).execute(tx);
    });
  for (const statement of [
    'select id, tenant_id, head from streams limit 1',
    'select id, tenant_id, slow_mode_seconds, archived_at from rooms for share',
    'select room_id, user_id, tenant_id, role, name, muted_until, last_posted_at from room_members for key share',
    'update room_members set last_posted_at = last_posted_at where false',
    `select id, conversation_id, author_id, client_id, request_hash, run_id, seq, created_at from messages limit 1`,
  ]) {
    await asWriter(statement);
  }
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
    'select name from rooms',
    'select topic from rooms',
    'select read_seq from room_members',
    'select text from messages',
    'select * from room_bans',
    'select * from room_departures',
    'select * from message_reactions',
    'select * from attachments',
    'update rooms set archived_at = null',
    'update room_members set role = role',
    'update room_members set muted_until = null',
    'update messages set text = text',
    'delete from messages',
    'delete from rooms',
    'delete from room_members',
    'insert into rooms select * from rooms',
    'insert into room_members select * from room_members',
  ]) {
    await expect(asWriter(statement), statement).rejects.toThrow(denied);
  }
});
