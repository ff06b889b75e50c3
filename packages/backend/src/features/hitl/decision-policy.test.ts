import { randomUUID } from 'node:crypto';
import type { PolicyRule } from '@aura/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, createTestTenant, type TestCaller } from '../../testing/test-caller.ts';
import { ask, outcomeOf } from '../agent/agent-testing.ts';
import { auditOf, createWorkshop, refusalOf, seen, untilAskedOnce } from './hitl-testing.ts';

const workshop = createWorkshop();
const { effects } = workshop;
let test: TestBackend;
let tenantId: string;
let admin: TestCaller;
let user: TestCaller;
beforeAll(async () => {
  test = await createTestBackend({ overrides: { tools: workshop.tools } });
});
afterAll(async () => await test[Symbol.asyncDispose]());
beforeEach(async () => {
  effects.splice(0);
  tenantId = await createTestTenant(test.backend);
  admin = await createTestCaller(test.backend, { tenantId, role: 'admin' });
  user = await createTestCaller(test.backend, { tenantId });
});

const setRules = async (...rules: PolicyRule[]): Promise<void> => {
  const { version } = await admin.call.hitl.policy();
  await admin.call.hitl.setPolicy({ rules, version });
};
const LARGE: PolicyRule = {
  tools: ['send'],
  args: [{ path: '/amount', op: 'gt', value: 100 }],
  action: 'ask',
  approvers: { kind: 'role', role: 'admin' },
};

describe('an edited call', () => {
  it('is the workspace’s policy’s to judge anew: nobody edits a small call into one that others decide', async () => {
    await setRules(LARGE);
    const asked = await ask(user, '#tool send {"to":"ann","amount":1}');
    const approval = await untilAskedOnce(user, asked);
    const editedArgs = { to: 'ann', amount: 5_000 };
    const refusal = await refusalOf(user.call.hitl.approve({ ...seen(approval), editedArgs }));
    expect(refusal.code).toBe('FORBIDDEN');
    expect((await auditOf(test.backend, approval.id)).map(({ action }) => action)).toEqual(['hitl.refused']);
    await user.call.hitl.approve({ ...seen(approval), editedArgs: { to: 'ann', amount: 99 } });
    await outcomeOf(user, asked);
    expect(effects.map(({ args }) => args)).toEqual([{ to: 'ann', amount: 99 }]);
  });

  it('is not made when the policy forbids it, whoever edits it', async () => {
    await setRules({ tools: ['send'], args: [{ path: '/to', op: 'eq', value: 'eve' }], action: 'deny' });
    const asked = await ask(admin, '#tool send {"to":"ann"}');
    const approval = await untilAskedOnce(admin, asked);
    const attempt = admin.call.hitl.approve({ ...seen(approval), editedArgs: { to: 'eve' } });
    expect((await refusalOf(attempt)).code).toBe('FORBIDDEN');
    await admin.call.hitl.reject(seen(approval));
    await outcomeOf(admin, asked);
    expect(effects).toEqual([]);
  });

  it('can be edited by whomever it was handed to, as long as the same people decide it', async () => {
    await setRules(LARGE);
    const asked = await ask(user, '#tool send {"to":"ann","amount":500}');
    const approval = await untilAskedOnce(user, asked);
    const { userId } = user.ctx.caller;
    await admin.call.hitl.delegate({
      approvalId: approval.id,
      approvers: { kind: 'users', userIds: [userId] },
    });
    await user.call.hitl.approve({ ...seen(approval), editedArgs: { to: 'ann', amount: 400 } });
    await outcomeOf(user, asked);
    expect(effects.map(({ args }) => args)).toEqual([{ to: 'ann', amount: 400 }]);
  });
});

describe('what was asked before a policy', () => {
  it('forbade it cannot be approved after it', async () => {
    const asked = await ask(user, '#tool send {"to":"ann"}');
    const approval = await untilAskedOnce(user, asked);
    await setRules({ tools: ['send'], action: 'deny' });
    expect((await refusalOf(user.call.hitl.approve(seen(approval)))).code).toBe('FORBIDDEN');
    await user.call.hitl.reject(seen(approval));
    await outcomeOf(user, asked);
    expect(effects).toEqual([]);
  });
});

describe('who decides', () => {
  it.each([
    ['lost the role', async (userId: string) => await demote(userId)],
    ['were deactivated', async (userId: string) => await deactivate(userId)],
  ])('is refused as soon as they %s, whatever their token still says', async (_, lose) => {
    await setRules({ tools: ['send'], action: 'ask', approvers: { kind: 'role', role: 'admin' } });
    const asked = await ask(user, '#tool send {"to":"ann"}');
    const approval = await untilAskedOnce(user, asked);
    const other = await createTestCaller(test.backend, { tenantId, role: 'admin' });
    await lose(other.ctx.caller.userId);
    const to = { kind: 'users' as const, userIds: [user.ctx.caller.userId] };
    for (const attempt of [
      async () => await other.call.hitl.approve({ ...seen(approval), clientId: randomUUID() }),
      async () => await other.call.hitl.delegate({ approvalId: approval.id, approvers: to }),
    ]) {
      expect((await refusalOf(attempt())).code).toBe('NOT_FOUND');
    }
    expect((await auditOf(test.backend, approval.id)).map(({ action }) => action)).toEqual([
      'hitl.refused',
      'hitl.refused',
    ]);
    await admin.call.hitl.approve(seen(approval));
    await outcomeOf(user, asked);
    expect(effects).toHaveLength(1);
  });
});

describe('an agent', () => {
  it('does nothing more for a user who was deactivated, whatever was asked and approved of', async () => {
    await setRules({ tools: ['send'], action: 'ask', approvers: { kind: 'role', role: 'admin' } });
    const asked = await ask(user, '#tool send {"to":"ann"}\n#tool look {"to":"it"}');
    const approval = await untilAskedOnce(user, asked);
    await deactivate(user.ctx.caller.userId);
    expect((await refusalOf(admin.call.hitl.approve(seen(approval)))).code).toBe('FORBIDDEN');
    await admin.call.hitl.reject(seen(approval));
    await outcomeOf(user, asked);
    expect(effects).toEqual([]);
  });
});

async function demote(userId: string): Promise<void> {
  const { db } = test.backend.database;
  await db.updateTable('memberships').set({ role: 'user' }).where('userId', '=', userId).execute();
}

async function deactivate(userId: string): Promise<void> {
  const { db } = test.backend.database;
  await db.updateTable('users').set({ isActive: false }).where('id', '=', userId).execute();
}
