import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller } from '../../testing/test-caller.ts';
import { forgetSessions } from './forget-sessions.ts';
import { unhurried } from './upkeep-testing.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend({ isStarted: false });
});
afterAll(async () => await test[Symbol.asyncDispose]());

const forget = async (): Promise<void> => await forgetSessions(test.backend, unhurried());

/** A session that ended so many days ago, in one way or the other. */
async function sessionThat(how: 'was ended' | 'ran out' | 'lives', days: number): Promise<string> {
  const { sessionId } = (await createTestCaller(test.backend)).ctx.caller;
  const ago = sql`now() - make_interval(days => ${days}::int)`;
  const end = {
    'was ended': sql`revoked_at = ${ago}`,
    'ran out': sql`expires_at = ${ago}`,
    lives: sql`id = id`,
  };
  await sql`
    update sessions set created_at = now() - interval '90 days', ${end[how]} where id = ${sessionId}`.execute(
    test.backend.database.db,
  );
  return sessionId;
}

it('removes sessions that ended or ran out more than 30 days ago, and no others', async () => {
  const gone = [await sessionThat('was ended', 31), await sessionThat('ran out', 31)];
  const kept = [
    await sessionThat('was ended', 29),
    await sessionThat('ran out', 29),
    await sessionThat('lives', 0),
  ];
  await forget();
  const rows = await test.backend.database.db.selectFrom('sessions').select('id').execute();
  const ids = rows.map(({ id }) => id);
  expect(ids).toEqual(expect.arrayContaining(kept));
  for (const id of gone) expect(ids).not.toContain(id);
});

it('removes failed logins of more than a day ago, however many, on two nodes at once; the audit log stays', async () => {
  const { db } = test.backend.database;
  await sql`
    insert into login_attempts (key, failures, last_failed_at)
    select 'old:' || n, 1, now() - interval '25 hours' from generate_series(1, 2500) n`.execute(db);
  await sql`
    insert into login_attempts (key, failures, last_failed_at) values ('new', 1, now() - interval '23 hours')`.execute(
    db,
  );
  await sql`insert into audit_log (at, action) values (now() - interval '10 years', 'login')`.execute(db);
  await Promise.all([forget(), forget()]);
  const rows = await db.selectFrom('loginAttempts').select('key').execute();
  expect(rows).toEqual([{ key: 'new' }]);
  expect(await db.selectFrom('auditLog').select('action').execute()).toEqual([{ action: 'login' }]);
});
