import { randomUUID } from 'node:crypto';
import type { UsageSummary } from '@aura/contract';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withTransaction } from '../../db/transaction.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, createTestTenant, type TestCaller } from '../../testing/test-caller.ts';
import { visitorOn } from '../auth/auth-testing.ts';
import { listUsageGroups } from './usage-store.ts';
import { runUnderWay, spend } from './usage-testing.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend({ isStarted: false });
});
afterAll(async () => await test[Symbol.asyncDispose]());

const at = (instant: string): Date => new Date(instant);
const MARCH = { from: '2026-03-01T00:00:00Z', to: '2026-04-01T00:00:00Z' };

async function newTenant(): Promise<{ tenantId: string; admin: TestCaller; user: TestCaller }> {
  const tenantId = await createTestTenant(test.backend);
  const admin = await createTestCaller(test.backend, { tenantId, role: 'admin' });
  return { tenantId, admin, user: await createTestCaller(test.backend, { tenantId }) };
}

const brief = ({ groups }: UsageSummary): unknown[] =>
  groups.map(({ key, inputTokens }) => [key, inputTokens]);

describe('usage', () => {
  it('is told to nobody without a session', async () => {
    const { usage } = visitorOn(test.backend).call;
    const calls = [
      async () => await usage.run({ runId: randomUUID() }),
      async () => await usage.mine({ groupBy: 'day' }),
      async () => await usage.tenant({ groupBy: 'day' }),
      async () => await usage.budget(),
    ];
    for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  });

  it('of a tenant is for its admins, and budgets are for those who may start runs', async () => {
    const { tenantId, admin, user } = await newTenant();
    const guest = await createTestCaller(test.backend, { tenantId, role: 'guest' });
    const forbidden = { code: 'FORBIDDEN' };
    for (const { call } of [user, guest]) {
      await expect(call.usage.tenant({ groupBy: 'day' })).rejects.toMatchObject(forbidden);
    }
    await expect(guest.call.usage.budget()).rejects.toMatchObject(forbidden);
    expect((await guest.call.usage.mine({ groupBy: 'day' })).groups).toEqual([]);
    expect((await admin.call.usage.tenant({ groupBy: 'day' })).groups).toEqual([]);
  });

  it.each([
    ['an end before the beginning', { from: MARCH.to, to: MARCH.from }],
    ['a range of nothing', { from: MARCH.to, to: MARCH.to }],
    ['a range of more than 366 days', { from: '2025-03-30T23:59:59.999Z', to: MARCH.to }],
    ['a day that is no instant', { from: '2026-03-01' }],
    ['the year 0', { to: '0000-06-01T00:00:00Z' }],
    ['a page of nothing', { limit: 0 }],
    ['a page that is too long', { limit: 1_001 }],
    ['a page that no answer gave', { page: 'e30' }],
  ])('refuses %s', async (_, wrong) => {
    const { admin } = await newTenant();
    const input = { groupBy: 'day', ...wrong } as const;
    await expect(admin.call.usage.mine(input)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(admin.call.usage.tenant(input)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  it('of other users and tenants stays hidden: their runs are like missing ones, their conversations like empty ones', async () => {
    const { admin, user } = await newTenant();
    const { admin: stranger } = await newTenant();
    const [theirs] = await spend(user, [{ at: at('2026-03-05T00:00:00Z'), inputTokens: 5 }]);
    if (theirs === undefined) throw new Error('nothing was spent');
    const refusal = async ({ call }: TestCaller, runId: string): Promise<string> =>
      await call.usage.run({ runId }).then(
        () => 'told',
        (err: unknown) => String(err),
      );
    for (const other of [admin, stranger]) {
      expect(await refusal(other, theirs.runId)).toBe(await refusal(other, randomUUID()));
      const ask = { ...MARCH, groupBy: 'message' } as const;
      const { conversationId } = theirs;
      const seen = await other.call.usage.mine({ ...ask, conversationId });
      expect(seen).toEqual(await other.call.usage.mine({ ...ask, conversationId: randomUUID() }));
      expect(seen).toMatchObject({ groups: [], totals: { attempts: 0, costMicros: 0, isSettled: true } });
    }
    const strangers = await stranger.call.usage.tenant({ ...MARCH, groupBy: 'user', userId: theirs.userId });
    expect(strangers.groups).toEqual([]);
    expect((await user.call.usage.run({ runId: theirs.runId })).totals.inputTokens).toBe(5);
    await user.call.conversation.delete({ conversationId: theirs.conversationId });
    expect(await refusal(user, theirs.runId)).toBe(await refusal(user, randomUUID()));
    expect((await user.call.usage.mine({ ...MARCH, groupBy: 'day' })).totals.inputTokens).toBe(5);
  });

  it('counts a call to the UTC day it was made in, whatever zone the database is in', async () => {
    const { user } = await newTenant();
    await spend(user, [
      { at: at('2026-02-28T23:59:59.999Z'), inputTokens: 1 },
      { at: at(MARCH.from), inputTokens: 2 },
      { at: at('2026-03-01T23:59:59.999Z'), inputTokens: 4 },
      { at: at('2026-03-02T00:00:00.000Z'), inputTokens: 8 },
      { at: at('2026-03-31T23:59:59.999Z'), inputTokens: 16 },
      { at: at(MARCH.to), inputTokens: 32 },
    ]);
    const days = [
      ['2026-03-01', 6],
      ['2026-03-02', 8],
      ['2026-03-31', 16],
    ];
    expect(brief(await user.call.usage.mine({ ...MARCH, groupBy: 'day' }))).toEqual(days);
    const { tenantId } = user.ctx.caller;
    const inSeoul = await withTransaction(user.ctx, async ({ db }) => {
      await sql`set local time zone 'Asia/Seoul'`.execute(db);
      const filter = { tenantId, from: at(MARCH.from), to: at(MARCH.to) };
      return await listUsageGroups(db, filter, { by: 'day', after: null, limit: 10 });
    });
    expect(inSeoul.map(({ key, inputTokens }) => [key, inputTokens])).toEqual(days);
  });

  it('is grouped by model, conversation, message and user, the most costly first, and adds up to the totals', async () => {
    const { admin, user } = await newTenant();
    const day = at('2026-03-05T12:00:00Z');
    const [cheap, dear] = await spend(user, [
      { at: day, inputTokens: 100, outputTokens: 10, costMicros: 7, model: 'small' },
      { at: day, inputTokens: 50, outputTokens: 5, costMicros: 900, model: 'large' },
    ]);
    const [free] = await spend(admin, [{ at: day, inputTokens: 1_000, model: 'free' }]);
    const keys = async (groupBy: 'model' | 'conversation' | 'message' | 'user'): Promise<unknown[]> => {
      const { groups, totals } = await admin.call.usage.tenant({ ...MARCH, groupBy });
      expect(totals).toEqual({
        attempts: 3,
        inputTokens: 1_150,
        outputTokens: 15,
        costMicros: 907,
        isSettled: true,
      });
      expect(groups.reduce((sum, { costMicros }) => sum + costMicros, 0)).toBe(907);
      expect(groups.reduce((sum, { attempts }) => sum + attempts, 0)).toBe(3);
      return groups.map(({ key }) => key);
    };
    expect(await keys('model')).toEqual(['large', 'small', 'free']);
    const runs = [dear, cheap, free];
    expect(await keys('conversation')).toEqual(runs.map((run) => run?.conversationId));
    expect(await keys('message')).toEqual(runs.map((run) => run?.messageId));
    expect(await keys('user')).toEqual([user.ctx.caller.userId, admin.ctx.caller.userId]);
    const ofOne = { ...MARCH, groupBy: 'user', userId: user.ctx.caller.userId } as const;
    expect((await admin.call.usage.tenant(ofOne)).totals.costMicros).toBe(907);
    const inOne = { ...MARCH, groupBy: 'model', conversationId: dear?.conversationId } as const;
    expect((await user.call.usage.mine(inOne)).groups.map(({ key }) => key)).toEqual(['large']);
  });

  it.each(['day', 'model'] as const)(
    'is paged by %s: every group once, the totals on every page',
    async (groupBy) => {
      const { user } = await newTenant();
      const costs = [3, 1, 3, 0, 0];
      await spend(
        user,
        costs.map((costMicros, n) => ({
          at: at(`2026-03-0${n + 1}T00:00:00Z`),
          inputTokens: 1,
          costMicros,
          model: `m${n}`,
        })),
      );
      const all = await user.call.usage.mine({ ...MARCH, groupBy });
      expect(all.groups).toHaveLength(5);
      expect(all.nextPage).toBeNull();
      const seen: unknown[] = [];
      let page: string | undefined;
      for (let round = 1; round <= 3; round++) {
        const answer = await user.call.usage.mine(
          page === undefined ? { ...MARCH, groupBy, limit: 2 } : { groupBy, limit: 2, page },
        );
        expect(answer).toMatchObject({ totals: all.totals, from: all.from, to: all.to });
        seen.push(...answer.groups);
        page = answer.nextPage ?? undefined;
      }
      expect(page).toBeUndefined();
      expect(seen).toEqual(all.groups);
    },
  );

  it('of a run lists its attempts in order, page by page, and says which are not settled yet', async () => {
    const { user } = await newTenant();
    const { fence: _, ...place } = await runUnderWay(user);
    const row = { ...place, inputTokens: 10, outputTokens: 1_000, costMicros: 3, createdAt: new Date() };
    await withTransaction(user.ctx, async ({ db }) => {
      const rows = [
        { ...row, step: 2, attempt: 1 },
        { ...row, step: 1, attempt: 2, isSettled: true, outputTokens: 4 },
        { ...row, step: 1, attempt: 1, isSettled: true, messageId: null },
      ];
      await db.insertInto('usageEntries').values(rows).execute();
    });
    const { runId } = place;
    const first = await user.call.usage.run({ runId, limit: 2 });
    expect(first.attempts).toMatchObject([
      { step: 1, attempt: 1, messageId: null, isSettled: true },
      { step: 1, attempt: 2, messageId: place.messageId, outputTokens: 4, isSettled: true },
    ]);
    const totals = { attempts: 3, inputTokens: 30, outputTokens: 2_004, costMicros: 9, isSettled: false };
    expect(first.totals).toEqual(totals);
    const rest = await user.call.usage.run({ runId, limit: 2, page: first.nextPage ?? undefined });
    expect(rest).toMatchObject({ totals, nextPage: null, attempts: [{ step: 2, isSettled: false }] });
    const byMessage = await user.call.usage.mine({ groupBy: 'message' });
    expect(byMessage.groups.map(({ key, attempts }) => [key, attempts])).toEqual([
      [place.messageId, 2],
      [null, 1],
    ]);
  });
});
