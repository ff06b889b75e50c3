import { randomUUID } from 'node:crypto';
import type { ApprovalView } from '@aura/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { calls, says, startTestProvider, type TestProvider } from '../../ports/provider-testing.ts';
import { expectConverges } from '../../testing/conversations.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { ask, outcomeOf } from '../agent/agent-testing.ts';
import { createWorkshop, seen, untilAsked } from './hitl-testing.ts';

const workshop = createWorkshop();
const { effects } = workshop;

let provider: TestProvider;
let test: TestBackend;
let user: TestCaller;
beforeAll(async () => {
  provider = await startTestProvider(says('nothing'));
  const model = { baseUrl: provider.url, apiKey: 'none', models: ['a-model'] as [string] };
  test = await createTestBackend({ overrides: { tools: workshop.tools }, config: { model } });
  user = await createTestCaller(test.backend);
});
afterAll(async () => {
  await test[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});
beforeEach(() => void effects.splice(0));

const decided = async (approval: ApprovalView | undefined, isApproved: boolean): Promise<void> => {
  if (approval === undefined) throw new Error('nothing was asked');
  await (isApproved ? user.call.hitl.approve(seen(approval)) : user.call.hitl.reject(seen(approval)));
};

describe('several calls of one answer', () => {
  it('are asked about together; each is executed as soon as it is approved, while the others stay asked', async () => {
    provider.script(
      calls(
        ['a', 'send', { to: 'ann' }],
        ['b', 'look', { to: 'it' }],
        ['c', 'post', { to: 'cy' }],
        ['d', 'send', { to: 'dan' }],
      ),
      says('so be it'),
    );
    const { conversation } = await user.call.conversation.create({ clientId: randomUUID() });
    await expectConverges(user, conversation.id, async () => {
      const asked = await ask(user, 'go', { conversationId: conversation.id });
      const [a, c, d] = await untilAsked(user, asked);
      expect([a, c, d].map((approval) => approval?.toolCallId)).toEqual(['a', 'c', 'd']);
      expect(effects.map(({ tool }) => tool)).toEqual(['look']);
      expect((await user.call.hitl.list({ limit: 2 })).approvals).toHaveLength(2);
      const first = await user.call.hitl.list({ limit: 2 });
      const rest = await user.call.hitl.list({ limit: 2, page: first.nextPage ?? '' });
      const listed = [...first.approvals, ...rest.approvals].map(({ id }) => id);
      expect(listed).toHaveLength(3);
      expect(new Set(listed)).toEqual(new Set([a, c, d].map((approval) => approval?.id)));

      await decided(c, true);
      await expect.poll(() => effects.map(({ args }) => args)).toMatchObject([{ to: 'it' }, { to: 'cy' }]);
      expect((await untilAsked(user, asked)).map(({ toolCallId }) => toolCallId)).toEqual(['a', 'd']);
      await decided(d, false);
      await expect.poll(async () => (await untilAsked(user, asked)).length).toBe(1);
      expect(provider.requests).toHaveLength(1);
      await decided(a, true);
      expect((await outcomeOf(user, asked)).run.status).toBe('completed');
    });
    expect(effects.map(({ args }) => args)).toMatchObject([{ to: 'it' }, { to: 'cy' }, { to: 'ann' }]);
    expect(provider.requests.at(-1)?.messages).toMatchObject([
      { role: 'system' },
      { role: 'user' },
      { role: 'assistant', tool_calls: [{ id: 'a' }, { id: 'b' }, { id: 'c' }, { id: 'd' }] },
      { role: 'tool', tool_call_id: 'a', content: '{"to":"ann","did":"send"}' },
      { role: 'tool', tool_call_id: 'b' },
      { role: 'tool', tool_call_id: 'c', content: '{"to":"cy","did":"post"}' },
      { role: 'tool', tool_call_id: 'd', content: expect.stringContaining('rejected') },
    ]);
  });

  it('may all be decided at once, and each is executed once', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    provider.script(
      calls(...ids.map((id): [string, string, object] => [id, 'send', { to: id }])),
      says('so be it'),
    );
    const asked = await ask(user, 'go');
    const approvals = await untilAsked(user, asked);
    expect(approvals).toHaveLength(6);
    await Promise.all(approvals.map(async (approval, index) => await decided(approval, index % 2 === 0)));
    expect((await outcomeOf(user, asked)).run.status).toBe('completed');
    expect(effects).toHaveLength(3);
    expect(new Set(effects.map(({ args }) => JSON.stringify(args)))).toEqual(
      new Set(['a', 'c', 'e'].map((to) => JSON.stringify({ to, amount: 1 }))),
    );
  });

  it('are found by the run itself when they are decided while it executes another', async () => {
    const plain = workshop.make({ name: 'post', risk: 'external', repeat: 'keyed' });
    const started = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    workshop.replace({
      ...plain,
      async run(ctx, args) {
        started.resolve();
        await gate.promise;
        return await plain.run(ctx, args);
      },
    });
    provider.script(calls(['a', 'post', { to: 'ann' }], ['b', 'send', { to: 'bob' }]), says('so be it'));
    const asked = await ask(user, 'go');
    const [a, b] = await untilAsked(user, asked);
    await decided(a, true);
    await started.promise;
    await decided(b, true);
    gate.resolve();
    expect((await outcomeOf(user, asked)).run.status).toBe('completed');
    expect(effects.map(({ args }) => args)).toMatchObject([{ to: 'ann' }, { to: 'bob' }]);
    workshop.replace(plain);
  });

  it('that the run ends with are all cancelled, and their calls are answered in the next prompt', async () => {
    provider.script(calls(['a', 'send', { to: 'ann' }], ['b', 'look', { to: 'it' }]), says('again'));
    const asked = await ask(user, 'go');
    await untilAsked(user, asked);
    await user.call.agent.stop(asked);
    await outcomeOf(user, await ask(user, 'well?', asked));
    expect(provider.requests.at(-1)?.messages).toMatchObject([
      { role: 'system' },
      { role: 'user', content: 'go' },
      { role: 'assistant', tool_calls: [{ id: 'a' }, { id: 'b' }] },
      { role: 'tool', tool_call_id: 'a', content: expect.stringContaining('Not executed') },
      { role: 'tool', tool_call_id: 'b', content: '{"to":"it","did":"look"}' },
      { role: 'user', content: 'well?' },
    ]);
    expect(effects.map(({ tool }) => tool)).toEqual(['look']);
  });
});
