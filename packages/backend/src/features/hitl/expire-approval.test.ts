import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectConverges } from '../../testing/conversations.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { ask, outcomeOf } from '../agent/agent-testing.ts';
import { expireApproval, expireOverdue } from './expire-approval.ts';
import { createWorkshop, letExpire, refusalOf, seen, untilAskedOnce } from './hitl-testing.ts';

const workshop = createWorkshop();
const { effects } = workshop;
let test: TestBackend;
let user: TestCaller;
beforeAll(async () => {
  test = await createTestBackend({ overrides: { tools: workshop.tools } });
  user = await createTestCaller(test.backend);
});
afterAll(async () => await test[Symbol.asyncDispose]());
beforeEach(() => void effects.splice(0));

const SEND = '#tool send {"to":"ann"}\n#say so be it';
const keyOf = ({ id: approvalId }: { id: string }): { tenantId: string; approvalId: string } => ({
  tenantId: user.ctx.caller.tenantId,
  approvalId,
});

describe('an approval whose time is up', () => {
  it('cannot be decided from that moment on, whether or not anybody has come by to end it', async () => {
    const asked = await ask(user, SEND);
    const approval = await untilAskedOnce(user, asked);
    await letExpire(test.backend, approval.id);
    const attempts = [
      async () => await user.call.hitl.approve(seen(approval)),
      async () => await user.call.hitl.reject(seen(approval)),
      async () => await user.call.hitl.respond({ ...seen(approval), answer: 1 }),
    ];
    for (const attempt of attempts) expect((await refusalOf(attempt())).code).toBe('APPROVAL_EXPIRED');
    expect((await user.call.hitl.list({})).approvals).toEqual([]);
    await expireOverdue(test.backend);
    for (const attempt of attempts) {
      expect(await refusalOf(attempt())).toMatchObject({
        code: 'APPROVAL_EXPIRED',
        decision: { status: 'expired', decidedBy: null },
      });
    }
    const { run, events } = await outcomeOf(user, asked);
    expect(run.status).toBe('completed');
    expect(effects).toEqual([]);
    expect(events.filter(({ type }) => type === 'hitl_resolved')).toHaveLength(1);
    const told = test.model.requests.at(-1)?.messages.findLast(({ role }) => role === 'tool');
    expect(told?.content).toContain('nobody decided in time');
  });

  it('ends once, however often it is ended, and one that is not due stays', async () => {
    const asked = await ask(user, SEND);
    const approval = await untilAskedOnce(user, asked);
    await expireApproval(test.backend, keyOf(approval));
    await expireOverdue(test.backend);
    expect((await user.call.hitl.get({ approvalId: approval.id })).status).toBe('pending');
    await letExpire(test.backend, approval.id);
    await Promise.all(
      Array.from({ length: 5 }, async () => await expireApproval(test.backend, keyOf(approval))),
    );
    await expireApproval(test.backend, keyOf({ id: randomUUID() }));
    const { events } = await outcomeOf(user, asked);
    expect(events.filter(({ type }) => type === 'hitl_resolved')).toHaveLength(1);
  });

  it('is either decided or expired when both come at once: never both, and executed only when approved', async () => {
    for (let round = 0; round < 10; round++) {
      effects.splice(0);
      const asked = await ask(user, SEND);
      const approval = await untilAskedOnce(user, asked);
      const expires = async (): Promise<string> => {
        await letExpire(test.backend, approval.id);
        await expireApproval(test.backend, keyOf(approval));
        return 'ended';
      };
      const approves = async (): Promise<string> =>
        await user.call.hitl.approve(seen(approval)).then(
          ({ status }) => status,
          async (err: unknown) => (await refusalOf(Promise.reject(err))).code,
        );
      const [decided] = await Promise.all(
        round % 2 === 0 ? [approves(), expires()] : [expires().then(approves), Promise.resolve()],
      );
      const { events, run } = await outcomeOf(user, asked);
      const resolved = events.flatMap((event) => (event.type === 'hitl_resolved' ? [event.data.status] : []));
      expect(run.status).toBe('completed');
      expect(resolved).toEqual([decided === 'approved' ? 'approved' : 'expired']);
      expect(effects).toHaveLength(decided === 'approved' ? 1 : 0);
    }
  });

  it('converges for readers', async () => {
    const { conversation } = await user.call.conversation.create({ clientId: randomUUID() });
    await expectConverges(user, conversation.id, async () => {
      const asked = await ask(user, SEND, { conversationId: conversation.id });
      await letExpire(test.backend, (await untilAskedOnce(user, asked)).id);
      await expireOverdue(test.backend);
      await outcomeOf(user, asked);
    });
  });
});
