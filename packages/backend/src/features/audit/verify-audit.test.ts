import { randomUUID } from 'node:crypto';
import type { VerifyAuditOutput } from '@aura/contract';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { withSystemTransaction, withTransaction } from '../../db/transaction.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, createTestTenant, type TestCaller } from '../../testing/test-caller.ts';
import { refusalOf } from '../auth/auth-testing.ts';
import { sealAudit, sealTenant } from './seal-audit.ts';
import { writeAudit } from './write-audit.ts';

let test: TestBackend;
let admin: TestCaller;
let tenantId: string;
beforeAll(async () => {
  test = await createTestBackend({ isStarted: false });
});
beforeEach(async () => {
  tenantId = await createTestTenant(test.backend);
  admin = await createTestCaller(test.backend, { role: 'admin', tenantId });
});
afterAll(async () => await test[Symbol.asyncDispose]());

const write = async (count = 1, by: TestCaller = admin): Promise<void> => {
  for (let index = 0; index < count; index++) {
    const entry = { action: 'test.done', subject: `${index}`, data: { index, text: 'ünï "quoted"' } };
    await withTransaction(by.ctx, async (tx) => await writeAudit(tx, by.ctx, entry));
  }
};
const verify = async (from?: VerifyAuditOutput['anchor']): Promise<VerifyAuditOutput> =>
  await admin.call.audit.verify(from ? { from } : {});
/** What somebody does who owns the database and has no scruples. */
const tamper = async (statement: string): Promise<void> => {
  const { db } = test.backend.database;
  const setTriggers = async (state: 'disable' | 'enable'): Promise<void> => {
    for (const table of ['audit_log', 'audit_chain']) {
      await sql.raw(`alter table ${table} ${state} trigger user`).execute(db);
    }
  };
  await setTriggers('disable');
  await sql.raw(statement.replaceAll('$tenant', tenantId)).execute(db);
  await setTriggers('enable');
};
const TENTH = `(select entry_id from audit_chain where tenant_id = '$tenant' and seq = 10)`;

describe('the audit log', () => {
  it('is for admins to read, newest first, in pages and by what they look for, and only their own', async () => {
    const user = await createTestCaller(test.backend, { tenantId });
    expect(await refusalOf(user.call.audit.list({}))).toMatchObject({ code: 'FORBIDDEN' });
    expect(await refusalOf(user.call.audit.verify({}))).toMatchObject({ code: 'FORBIDDEN' });
    await write(5);
    await write(2, user);
    const first = await admin.call.audit.list({ limit: 4 });
    const second = await admin.call.audit.list({ limit: 4, page: first.nextPage ?? '' });
    const ids = [...first.entries, ...second.entries].map(({ id }) => id);
    expect(ids).toEqual(ids.toSorted((a, b) => b - a));
    expect(new Set(ids).size).toBe(7);
    expect(second.nextPage).toBeNull();
    const own = await admin.call.audit.list({ actorId: user.ctx.caller.userId });
    expect(own.entries).toHaveLength(2);
    expect((await admin.call.audit.list({ subject: '4' })).entries).toMatchObject([{ data: { index: 4 } }]);
    const other = await createTestCaller(test.backend, {
      role: 'admin',
      tenantId: await createTestTenant(test.backend),
    });
    expect((await other.call.audit.list({})).entries).toEqual([]);
    expect(await other.call.audit.verify({})).toMatchObject({ checked: 0, anchor: null, problem: null });
  });

  it('can only be added to, by its owner as by everybody', async () => {
    await write();
    await verify();
    const { db } = test.backend.database;
    for (const statement of [
      'update audit_log set action = action',
      'delete from audit_log',
      'truncate audit_log',
      'update audit_chain set hash = hash',
      'delete from audit_chain',
      'truncate audit_chain',
    ]) {
      await expect(sql.raw(statement).execute(db)).rejects.toThrow('only ever added to');
      await expect(
        withSystemTransaction(test.backend, async (tx) => await sql.raw(statement).execute(tx.db)),
      ).rejects.toThrow(/permission denied|only ever added to/);
    }
  });

  it('is in order while nobody touched it, however many write and seal at once', async () => {
    const writers = Array.from({ length: 8 }, async () => await write(10));
    const sealers = Array.from(
      { length: 4 },
      async () => await sealAudit(test.backend, AbortSignal.timeout(10_000)),
    );
    await Promise.all([...writers, ...sealers]);
    const result = await verify();
    expect(result).toMatchObject({ problem: null, checked: 80, isComplete: true, anchor: { seq: 80 } });
    expect(await verify(result.anchor)).toMatchObject({ problem: null, checked: 0, anchor: result.anchor });
    await write(3);
    expect(await verify(result.anchor)).toMatchObject({ problem: null, checked: 3, anchor: { seq: 83 } });
  });

  it('holds entries of transactions that committed late', async () => {
    const waiting = Promise.withResolvers<void>();
    const written = Promise.withResolvers<void>();
    if (test.config.database.kind === 'pglite') {
      written.resolve();
      waiting.resolve();
    }
    const late = withTransaction(admin.ctx, async (tx) => {
      await writeAudit(tx, admin.ctx, { action: 'test.late' });
      written.resolve();
      await waiting.promise;
    });
    await written.promise;
    if (test.config.database.kind === 'postgres') await write(5);
    await sealTenant(test.backend, tenantId, AbortSignal.timeout(10_000));
    waiting.resolve();
    await late;
    const { entries } = await admin.call.audit.list({});
    expect(await verify()).toMatchObject({ problem: null, checked: entries.length });
  });

  it.each<[string, string, object]>([
    [
      'an altered action',
      `update audit_log set action = 'x' where id = ${TENTH}`,
      { kind: 'altered', seq: 10 },
    ],
    ['altered data', `update audit_log set data = '{}' where id = ${TENTH}`, { kind: 'altered', seq: 10 }],
    [
      'an altered actor',
      `update audit_log set actor_id = null where id = ${TENTH}`,
      { kind: 'altered', seq: 10 },
    ],
    [
      'an altered time',
      `update audit_log set at = at + interval '1 microsecond' where id = ${TENTH}`,
      { kind: 'altered', seq: 10 },
    ],
    ['a deleted entry', `delete from audit_log where id = ${TENTH}`, { kind: 'missing', seq: 10 }],
    [
      'an entry that was deleted with its link',
      `with gone as (delete from audit_chain where tenant_id = '$tenant' and seq = 10 returning entry_id)
        delete from audit_log where id in (select entry_id from gone)`,
      { kind: 'missing', seq: 10 },
    ],
    [
      'an entry that was put in',
      `insert into audit_log (tenant_id, action) values ('$tenant', 'invented')`,
      { kind: 'unchained', seq: null },
    ],
    [
      'two entries that changed places',
      `update audit_chain set entry_id = case seq when 10 then -11 else -10 end
        where tenant_id = '$tenant' and seq in (10, 11)`,
      { kind: 'missing', seq: 10 },
    ],
    [
      'another hash',
      `update audit_chain set hash = sha256('x') where tenant_id = '$tenant' and seq = 10`,
      { kind: 'altered', seq: 10 },
    ],
  ])('shows %s', async (_, statement, problem) => {
    await write(20);
    expect(await verify()).toMatchObject({ problem: null });
    await tamper(statement);
    expect((await verify()).problem).toMatchObject(problem);
  });

  it('shows, against an anchor that was kept, that its end was cut off', async () => {
    await write(20);
    const { anchor } = await verify();
    await tamper(
      `with gone as (delete from audit_chain where tenant_id = '$tenant' and seq > 15 returning entry_id)
        delete from audit_log where id in (select entry_id from gone)`,
    );
    expect(await verify()).toMatchObject({ problem: null, checked: 15 });
    expect((await verify(anchor)).problem).toMatchObject({ kind: 'anchor', seq: 20 });
    const forged = { seq: 15, hash: 'ab'.repeat(32) };
    expect((await verify(forged)).problem).toMatchObject({ kind: 'anchor', seq: 15 });
  });

  it('chains what belongs to no tenant, too', async () => {
    await withSystemTransaction(test.backend, async (tx) => {
      const request = { id: randomUUID(), address: null, userAgent: null };
      await writeAudit(tx, { caller: null, request }, { action: 'auth.login_failed' });
    });
    await sealAudit(test.backend, AbortSignal.timeout(10_000));
    const { rows } = await sql<{ left: number; chained: number }>`
      select (select count(*)::int from audit_unsealed) as left,
        (select count(*)::int from audit_chain where tenant_id = '00000000-0000-0000-0000-000000000000') as chained`.execute(
      test.backend.database.db,
    );
    expect(rows).toMatchObject([{ left: 0 }]);
    expect(rows[0]?.chained).toBeGreaterThan(0);
  });
});
