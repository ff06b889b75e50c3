import { randomUUID } from 'node:crypto';
import type { Json } from '@aura/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectConverges } from '../../testing/conversations.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { ask, outcomeOf } from '../agent/agent-testing.ts';
import { argsHash } from './args-hash.ts';
import { createWorkshop, refusalOf, seen, untilAskedOnce } from './hitl-testing.ts';

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

const SEND = '#tool send {"amount":2,"to":"ann"}\n#say so be it';
const toldOf = (): string[] =>
  test.model.requests
    .at(-1)
    ?.messages.flatMap((message) => (message.role === 'tool' ? [message.content] : [])) ?? [];

describe('a call that needs a person', () => {
  it('is shown as it would be executed, and waits without an owner, a lease or a place in the runner', async () => {
    const asked = await ask(user, SEND);
    const approval = await untilAskedOnce(user, asked);
    const args = { to: 'ann', amount: 2 };
    expect(approval).toMatchObject({ kind: 'tool', toolName: 'send', status: 'pending', args });
    expect(approval.argsHash).toBe(argsHash({ tool: 'send', version: '1', args }));
    const { database } = test.backend;
    const row = await database.db
      .selectFrom('runs')
      .select(['owner', 'leaseUntil', 'claimedAt', 'status'])
      .where('id', '=', asked.runId)
      .executeTakeFirstOrThrow();
    expect(row).toEqual({ owner: null, leaseUntil: null, claimedAt: null, status: 'waiting' });
    await expect.poll(() => test.backend.runner.activeCount).toBe(0);
    expect((await user.call.hitl.list({})).approvals).toEqual([approval]);
    expect(effects).toEqual([]);
    await user.call.agent.stop(asked);
  });

  it('is executed once, as shown, when it is approved', async () => {
    const asked = await ask(user, SEND);
    const approval = await untilAskedOnce(user, asked);
    const decided = await user.call.hitl.approve({ ...seen(approval), note: 'go' });
    expect(decided).toMatchObject({ status: 'approved', decidedBy: user.ctx.caller.userId, reason: 'go' });
    const { run } = await outcomeOf(user, asked);
    expect(run.status).toBe('completed');
    expect(effects).toMatchObject([{ tool: 'send', args: { to: 'ann', amount: 2 } }]);
    expect(toldOf()).toEqual(['{"to":"ann","did":"send"}']);
    expect((await user.call.hitl.list({})).approvals).toEqual([]);
  });

  it('is executed with the arguments as edited, read by the tool’s own schema', async () => {
    const asked = await ask(user, SEND);
    const approval = await untilAskedOnce(user, asked);
    const misfits: Json[] = [{ to: 7 }, { amount: 1 }, 'x', { to: 'x'.repeat(51) }, null];
    for (const editedArgs of misfits) {
      const refusal = await refusalOf(user.call.hitl.approve({ ...seen(approval), editedArgs }));
      expect(refusal.code).toBe('BAD_INPUT');
    }
    const edit = { ...seen(approval), editedArgs: { to: 'bob', unheardOf: true } };
    const decided = await user.call.hitl.approve(edit);
    expect(decided).toMatchObject({ args: approval.args, editedArgs: { to: 'bob', amount: 1 } });
    // The answer was lost on the way: the same again is the same.
    expect(await user.call.hitl.approve(edit)).toEqual(decided);
    expect((await refusalOf(user.call.hitl.approve({ ...edit, editedArgs: { to: 'eve' } }))).code).toBe(
      'APPROVAL_DECIDED',
    );
    await outcomeOf(user, asked);
    expect(effects).toMatchObject([{ args: { to: 'bob', amount: 1 } }]);
    expect(effects[0]?.args).not.toHaveProperty('unheardOf');
  });

  it('is not executed when it is rejected, and the model is told why', async () => {
    const asked = await ask(user, SEND);
    const approval = await untilAskedOnce(user, asked);
    await user.call.hitl.reject({ ...seen(approval), reason: 'not on a Sunday' });
    const { run } = await outcomeOf(user, asked);
    expect(run.status).toBe('completed');
    expect(effects).toEqual([]);
    expect(toldOf()).toEqual([expect.stringContaining('not on a Sunday')]);
    expect(toldOf()[0]).toContain('rejected');
  });

  it('takes a person’s answer instead of the tool’s', async () => {
    const asked = await ask(user, SEND);
    const approval = await untilAskedOnce(user, asked);
    await user.call.hitl.respond({ ...seen(approval), answer: { sent: 'by hand' } });
    const { run } = await outcomeOf(user, asked);
    expect(effects).toEqual([]);
    expect(toldOf()).toEqual(['{"answer":{"sent":"by hand"}}']);
    expect(run.items).toContainEqual(expect.objectContaining({ kind: 'tool', status: 'succeeded' }));
  });

  it('refuses an answer that would not fit into a prompt', async () => {
    const asked = await ask(user, SEND);
    const approval = await untilAskedOnce(user, asked);
    const answer = 'x'.repeat(64_001);
    const refusal = await refusalOf(user.call.hitl.respond({ ...seen(approval), answer }));
    expect(refusal.code).toBe('PAYLOAD_TOO_LARGE');
    await user.call.agent.stop(asked);
  });

  it('is asked once even when its arguments hold what no database stores', async () => {
    const asked = await ask(user, String.raw`#tool send {"to":"nul \u0000 half \ud800"}` + '\n#say so be it');
    await user.call.hitl.approve(seen(await untilAskedOnce(user, asked)));
    expect((await outcomeOf(user, asked)).run.status).toBe('completed');
    expect(effects).toMatchObject([{ args: { to: 'nul \uFFFD half \uFFFD' } }]);
  });

  it('converges for readers while it is asked, edited and executed', async () => {
    const { conversation } = await user.call.conversation.create({ clientId: randomUUID() });
    const { id: conversationId } = conversation;
    let asked = { conversationId, runId: '', messageId: '' };
    await expectConverges(user, conversationId, async () => {
      asked = await ask(user, SEND, { conversationId });
      await untilAskedOnce(user, asked);
    });
    await expectConverges(user, conversationId, async () => {
      const approval = await untilAskedOnce(user, asked);
      await user.call.hitl.approve({ ...seen(approval), editedArgs: { to: 'bob' } });
      await outcomeOf(user, asked);
    });
  });
});

describe('a question', () => {
  const QUESTION = '#tool ask_user {"question":"Red or blue?","options":["red","blue"]}\n#say thanks';

  it('shows its text and options, and a person’s answer is the result', async () => {
    const asked = await ask(user, QUESTION);
    const approval = await untilAskedOnce(user, asked);
    expect(approval).toMatchObject({
      kind: 'question',
      question: { text: 'Red or blue?', options: ['red', 'blue'] },
      allowed: ['respond', 'reject'],
    });
    expect((await refusalOf(user.call.hitl.approve(seen(approval)))).code).toBe('BAD_INPUT');
    const answered = await user.call.hitl.respond({ ...seen(approval), answer: 'blue' });
    expect(answered).toMatchObject({ status: 'answered', answer: 'blue' });
    expect(await user.call.hitl.respond({ ...seen(approval), answer: 'blue' })).toEqual(answered);
    expect((await outcomeOf(user, asked)).run.status).toBe('completed');
    expect(toldOf()).toEqual(['{"answer":"blue"}']);
  });

  it('may be declined, and the model is told so', async () => {
    const asked = await ask(user, QUESTION);
    await user.call.hitl.reject(seen(await untilAskedOnce(user, asked)));
    await outcomeOf(user, asked);
    expect(toldOf()).toEqual([expect.stringContaining('rejected')]);
  });
});

describe('a decision', () => {
  it.each([
    ['approve', 'approved'],
    ['reject', 'rejected'],
    ['respond', 'answered'],
  ] as const)(
    'to %s holds: the same again answers the same, any other is told how it was decided',
    async (kind, status) => {
      const asked = await ask(user, SEND);
      const approval = await untilAskedOnce(user, asked);
      const of = seen(approval);
      const all = {
        approve: async () => await user.call.hitl.approve(of),
        reject: async () => await user.call.hitl.reject({ ...of, reason: 'no' }),
        respond: async () => await user.call.hitl.respond({ ...of, answer: 'mine' }),
      };
      const decided = await all[kind]();
      expect(decided.status).toBe(status);
      expect(await all[kind]()).toEqual(decided);
      for (const [other, attempt] of Object.entries(all)) {
        if (other === kind) continue;
        expect(await refusalOf(attempt())).toMatchObject({
          code: 'APPROVAL_DECIDED',
          decision: { status, decidedBy: user.ctx.caller.userId, decidedAt: decided.decidedAt },
        });
      }
      const { events } = await outcomeOf(user, asked);
      expect(events.filter(({ type }) => type === 'hitl_resolved')).toHaveLength(1);
      expect(effects).toHaveLength(kind === 'approve' ? 1 : 0);
    },
  );

  it('cannot be made once the run has ended: what was asked is cancelled with it', async () => {
    for (const end of ['stop', 'delete'] as const) {
      const asked = await ask(user, SEND);
      const approval = await untilAskedOnce(user, asked);
      if (end === 'stop') await user.call.agent.stop(asked);
      else await user.call.conversation.delete(asked);
      expect(await refusalOf(user.call.hitl.approve(seen(approval)))).toMatchObject({
        code: 'APPROVAL_DECIDED',
        decision: { status: 'cancelled', decidedBy: null },
      });
      expect((await user.call.hitl.list({})).approvals).toEqual([]);
      expect(await untilIdle()).toEqual([]);
    }
  });
});

const untilIdle = async (): Promise<unknown[]> => {
  await expect.poll(() => test.backend.runner.activeCount).toBe(0);
  return effects;
};
