import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { callerOn, createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { ask } from '../agent/agent-testing.ts';
import { createWorkshop, letExpire, refusalOf, seen, untilAskedOnce } from './hitl-testing.ts';

const workshop = createWorkshop();
let test: TestBackend;
let user: TestCaller;
beforeAll(async () => {
  test = await createTestBackend({ overrides: { tools: workshop.tools } });
  user = await createTestCaller(test.backend);
});
afterAll(async () => await test[Symbol.asyncDispose]());

describe('hitl.list', () => {
  it('wants a session, as the inbox does, and a key that may read', async () => {
    const expired = callerOn(test.backend, { ...user.ctx.caller, expiresAt: new Date(0) });
    const key = callerOn(test.backend, { ...user.ctx.caller, scopes: ['approvals:decide'] });
    for (const [{ call }, code] of [
      [expired, 'UNAUTHORIZED'],
      [key, 'FORBIDDEN'],
    ] as const) {
      expect((await refusalOf(call.hitl.list({}))).code).toBe(code);
      expect((await refusalOf(call.hitl.inbox({}))).code).toBe(code);
    }
    const reading = callerOn(test.backend, { ...user.ctx.caller, scopes: ['read'] });
    expect((await reading.call.hitl.list({})).approvals).toEqual([]);
  });

  it('refuses a page or a status it has not given out', async () => {
    expect((await refusalOf(user.call.hitl.list({ page: 'forged' }))).code).toBe('BAD_INPUT');
    expect((await refusalOf(user.call.hitl.list({ limit: 100_000 }))).code).toBe('BAD_REQUEST');
  });

  it('has what may be decided now, soonest to expire first, page by page; all else newest first', async () => {
    const asked = [];
    for (let index = 0; index < 5; index++) asked.push(await ask(user, `#tool send {"to":"${index}"}`));
    const approvals = [];
    for (const one of asked) approvals.push(await untilAskedOnce(user, one));
    const [first, second] = approvals;
    if (first === undefined || second === undefined) throw new Error('nothing was asked');
    await user.call.hitl.reject(seen(first));
    await letExpire(test.backend, second.id);

    const listed: string[] = [];
    let page: string | null | undefined;
    for (let pages = 0; pages < 5 && page !== null; pages++) {
      const answer = await user.call.hitl.list({ limit: 2, ...(page === undefined ? {} : { page }) });
      listed.push(...answer.approvals.map(({ id }) => id));
      page = answer.nextPage;
    }
    const open = approvals.slice(2).toSorted((a, b) => a.expiresAt.localeCompare(b.expiresAt));
    expect(listed).toEqual(open.map(({ id }) => id));

    const all = await user.call.hitl.list({ scope: 'involved' });
    expect(all.approvals).toHaveLength(5);
    const instants = all.approvals.map(({ createdAt }) => createdAt);
    expect(instants).toEqual(instants.toSorted((a, b) => b.localeCompare(a)));
    const rejected = await user.call.hitl.list({ scope: 'involved', status: 'rejected' });
    expect(rejected.approvals.map(({ id }) => id)).toEqual([first.id]);
    const { conversationId } = approvals[2] ?? first;
    expect((await user.call.hitl.list({ conversationId })).approvals).toMatchObject([{ conversationId }]);
    for (const stranger of [
      await createTestCaller(test.backend),
      await createTestCaller(test.backend, { role: 'admin' }),
      await createTestCaller(test.backend, { role: 'guest' }),
    ]) {
      expect((await stranger.call.hitl.list({ scope: 'involved' })).approvals).toEqual([]);
    }
    for (const { runId } of asked) await user.call.agent.stop({ runId });
  });
});
