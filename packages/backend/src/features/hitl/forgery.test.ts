import { randomUUID } from 'node:crypto';
import type { Approvers, ApprovalView, Json } from '@aura/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { jsonText } from '../../db/json-text.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { callerOn, createTestCaller, createTestTenant, type TestCaller } from '../../testing/test-caller.ts';
import { ask, type Asked, outcomeOf } from '../agent/agent-testing.ts';
import { argsHash } from './args-hash.ts';
import { auditOf, createWorkshop, refusalOf, seen, untilAskedOnce } from './hitl-testing.ts';

const workshop = createWorkshop();
const { effects } = workshop;
let test: TestBackend;
let user: TestCaller;
beforeAll(async () => {
  test = await createTestBackend({ overrides: { tools: workshop.tools } });
  user = await createTestCaller(test.backend);
});
afterAll(async () => await test[Symbol.asyncDispose]());
beforeEach(() => {
  effects.splice(0);
  workshop.replace(workshop.make({ name: 'send', risk: 'external', repeat: 'once' }));
});

const asks = async (): Promise<{ asked: Asked; approval: ApprovalView }> => {
  const asked = await ask(user, '#tool send {"to":"ann"}\n#say so be it');
  return { asked, approval: await untilAskedOnce(user, asked) };
};

/** Refused with `code` whatever is tried, audited each time, and nothing is decided or executed. */
async function expectForgery(
  { call, ctx }: TestCaller,
  of: { approvalId: string; argsHash: string },
  code: string,
): Promise<void> {
  const attempts: [string, () => Promise<unknown>][] = [
    ['approve', async () => await call.hitl.approve(of)],
    ['edit', async () => await call.hitl.approve({ ...of, editedArgs: { to: 'eve' } })],
    ['reject', async () => await call.hitl.reject(of)],
    ['respond', async () => await call.hitl.respond({ ...of, answer: 'x' })],
  ];
  const before = await auditOf(test.backend, of.approvalId);
  for (const [, attempt] of attempts) expect((await refusalOf(attempt())).code).toBe(code);
  const audit = (await auditOf(test.backend, of.approvalId)).slice(before.length);
  expect(audit).toHaveLength(attempts.length);
  for (const { action, actorId, data } of audit) {
    expect({ action, actorId }).toEqual({ action: 'hitl.refused', actorId: ctx.caller.userId });
    expect(data).toMatchObject({ reason: code, byKey: ctx.caller.scopes !== null });
  }
  expect(effects).toEqual([]);
}

async function expectUntouched({ asked, approval }: { asked: Asked; approval: ApprovalView }): Promise<void> {
  expect(await user.call.hitl.get({ approvalId: approval.id })).toEqual(approval);
  expect((await user.call.agent.get(asked)).state.status).toBe('waiting');
  await user.call.agent.stop(asked);
  expect(effects).toEqual([]);
}

describe('a forged decision is refused and audited', () => {
  it('for an approval that does not exist', async () => {
    await expectForgery(user, { approvalId: randomUUID(), argsHash: 'a'.repeat(64) }, 'NOT_FOUND');
  });

  it('with the hash of other arguments', async () => {
    const made = await asks();
    const { id: approvalId } = made.approval;
    const forged = argsHash({ tool: 'send', version: '1', args: { to: 'eve', amount: 1 } });
    await expectForgery(user, { approvalId, argsHash: forged }, 'APPROVAL_MISMATCH');
    await expectUntouched(made);
  });

  it('by somebody of another tenant, admin or not', async () => {
    const made = await asks();
    const tenantId = await createTestTenant(test.backend);
    for (const role of ['user', 'admin'] as const) {
      await expectForgery(
        await createTestCaller(test.backend, { tenantId, role }),
        seen(made.approval),
        'NOT_FOUND',
      );
    }
    await expectUntouched(made);
  });

  it('by a colleague who is not asked, and by the owner once others are', async () => {
    const made = await asks();
    await expectForgery(await createTestCaller(test.backend), seen(made.approval), 'NOT_FOUND');
    const admin = await createTestCaller(test.backend, { role: 'admin' });
    const { id: approvalId } = made.approval;
    const approvers: Approvers = { kind: 'users', userIds: [admin.ctx.caller.userId] };
    const approval = await user.call.hitl.delegate({ approvalId, approvers });
    await expectForgery(user, seen(approval), 'FORBIDDEN');
    await expectUntouched({ ...made, approval });
  });

  it('by a guest, even when it names one that is asked of everybody', async () => {
    const made = await asks();
    const guest = await createTestCaller(test.backend, { role: 'guest' });
    await expectForgery(guest, seen(made.approval), 'FORBIDDEN');
    await expectUntouched(made);
  });

  it('by an API key of the very user without the scope for it; with the scope it counts', async () => {
    const made = await asks();
    const key = callerOn(test.backend, { ...user.ctx.caller, scopes: ['read', 'write', 'admin'] });
    await expectForgery(key, seen(made.approval), 'FORBIDDEN');
    const allowed = callerOn(test.backend, { ...user.ctx.caller, scopes: ['approvals:decide'] });
    await allowed.call.hitl.approve(seen(made.approval));
    await outcomeOf(user, made.asked);
    expect(effects).toHaveLength(1);
    const audit = await auditOf(test.backend, made.approval.id);
    expect(audit.at(-1)).toMatchObject({ action: 'hitl.approved', data: { byKey: true } });
  });
});

describe('what was not shown is never executed', () => {
  const change = async ({ id }: ApprovalView, args: Json): Promise<void> => {
    const { db } = test.backend.database;
    await db
      .updateTable('approvals')
      .set({ args: jsonText(args) })
      .where('id', '=', id)
      .execute();
  };

  it('when the row’s arguments are changed behind the server’s back before the decision', async () => {
    const { asked, approval } = await asks();
    await change(approval, { to: 'eve', amount: 1_000 });
    expect((await refusalOf(user.call.hitl.approve(seen(approval)))).code).toBe('APPROVAL_OUTDATED');
    const again = await untilAskedOnce(user, asked, [approval]);
    expect(again.args).toEqual({ to: 'ann', amount: 1 });
    await user.call.hitl.approve(seen(again));
    await outcomeOf(user, asked);
    expect(effects).toMatchObject([{ args: { to: 'ann', amount: 1 } }]);
    const audit = await auditOf(test.backend, approval.id);
    expect(audit.map(({ action }) => action)).toEqual(['hitl.outdated', 'hitl.refused']);
  });

  it('when the tool has another version by the decision: it is asked again, as it is now', async () => {
    const { asked, approval } = await asks();
    workshop.replace(workshop.make({ name: 'send', risk: 'external', repeat: 'once', version: '2' }));
    expect((await refusalOf(user.call.hitl.approve(seen(approval)))).code).toBe('APPROVAL_OUTDATED');
    const again = await untilAskedOnce(user, asked, [approval]);
    expect(again).toMatchObject({ toolVersion: '2', args: approval.args });
    expect(again.argsHash).not.toBe(approval.argsHash);
    expect((await refusalOf(user.call.hitl.approve(seen(approval)))).code).toBe('APPROVAL_DECIDED');
    await user.call.hitl.approve(seen(again));
    await outcomeOf(user, asked);
    expect(effects).toHaveLength(1);
    const audit = await auditOf(test.backend, approval.id);
    expect(audit.filter(({ action }) => action === 'hitl.refused')).toHaveLength(2);
  });

  it('may still be rejected when the tool has changed', async () => {
    const { asked, approval } = await asks();
    workshop.replace(workshop.make({ name: 'send', risk: 'external', repeat: 'once', version: '2' }));
    await user.call.hitl.reject(seen(approval));
    await outcomeOf(user, asked);
    expect(effects).toEqual([]);
  });

  it.each([
    [
      'the arguments of the row',
      async (approval: ApprovalView) => await change(approval, { to: 'eve', amount: 9 }),
    ],
    [
      'the version of the tool',
      async () => {
        workshop.replace(workshop.make({ name: 'send', risk: 'external', repeat: 'once', version: '2' }));
        await Promise.resolve();
      },
    ],
  ])('when %s changed between the decision and the execution', async (_, happens) => {
    const { asked, approval } = await asks();
    // As after a decision whose node died at once: approved, and nobody has taken the run up yet.
    await test.backend.database.db.transaction().execute(async (db) => {
      const decided = {
        status: 'approved' as const,
        decidedBy: user.ctx.caller.userId,
        decidedAt: new Date(),
      };
      await db.updateTable('approvals').set(decided).where('id', '=', approval.id).execute();
    });
    await happens(approval);
    await test.backend.database.db
      .updateTable('runs')
      .set({ status: 'queued' })
      .where('id', '=', asked.runId)
      .execute();
    test.backend.runner.wake(asked.runId);
    const again = await untilAskedOnce(user, asked, [approval]);
    expect(again.id).not.toBe(approval.id);
    expect(again.args).toEqual({ to: 'ann', amount: 1 });
    expect(effects).toEqual([]);
    const audit = await auditOf(test.backend, approval.id);
    expect(audit).toMatchObject([{ action: 'hitl.refused', data: { reason: 'APPROVAL_OUTDATED' } }]);
    await user.call.agent.stop(asked);
  });
});
