import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, createTestTenant, type TestCaller } from '../../testing/test-caller.ts';
import { expectConverges, untilDone } from '../../testing/conversations.ts';

let test: TestBackend;
let user: TestCaller;
beforeAll(async () => {
  test = await createTestBackend();
  user = await createTestCaller(test.backend);
});
afterAll(async () => await test[Symbol.asyncDispose]());

const newConversation = async (caller: TestCaller = user): Promise<string> =>
  (await caller.call.conversation.create({ clientId: randomUUID() })).conversation.id;

describe('conversation.send', () => {
  it('refuses a guest', async () => {
    const guest = await createTestCaller(test.backend, { role: 'guest' });
    await expect(
      guest.call.conversation.send({ conversationId: randomUUID(), clientId: randomUUID(), text: 'hi' }),
    ).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('answers for another tenant’s conversation exactly as for one that does not exist', async () => {
    const stranger = await createTestCaller(test.backend, { tenantId: await createTestTenant(test.backend) });
    const conversationId = await newConversation();
    const ask = async (id: string): Promise<unknown> =>
      await stranger.call.conversation
        .send({ conversationId: id, clientId: randomUUID(), text: 'hi' })
        .catch((err: unknown) => String(err));
    expect(await ask(conversationId)).toEqual(await ask(randomUUID()));
  });

  it('gives a conversation that has no title yet one from what is said, and leaves a given one alone', async () => {
    const named = await user.call.conversation.create({ clientId: randomUUID(), title: 'Mine' });
    for (const [conversationId, title] of [
      [await newConversation(), 'What is the time?'],
      [named.conversation.id, 'Mine'],
    ] as const) {
      const text = 'What is the time?\n#say late';
      const { runId } = await user.call.conversation.send({ conversationId, clientId: randomUUID(), text });
      await untilDone(user, conversationId, runId);
      const { state } = await user.call.conversation.get({ conversationId });
      expect(state.conversation.title).toBe(title);
    }
  });

  it('runs the agent: the answer’s pieces join to its text, and everything is in the log once', async () => {
    const conversationId = await newConversation();
    const state = await expectConverges(user, conversationId, async () => {
      const { runId } = await user.call.conversation.send({
        conversationId,
        clientId: randomUUID(),
        text: '#think Let me see\n#plan Look | Tell\n#tool clock_now {}\n#repeat 200 word',
      });
      const events = await untilDone(user, conversationId, runId);
      const deltas = events.flatMap((event) => (event.type === 'content_delta' ? [event.data.delta] : []));
      const final = events.findLast((event) => event.type === 'content');
      expect(deltas.join('')).toBe(final?.type === 'content' ? final.data.text : undefined);
      expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
      expect(events.map((event) => event.type)).toEqual(
        expect.arrayContaining([
          'thought',
          'plan_step',
          'plan_step_update',
          'tool_execution',
          'content',
          'done',
        ]),
      );
    });
    expect(state.messages.map((message) => message.role)).toEqual(['user', 'assistant']);
    expect(state.messages[1]?.text).toMatch(/^word 1 word 2 .* word 200$/);
    expect(Object.values(state.runs)).toMatchObject([{ status: 'completed', error: null }]);
  });

  it('acts once when the call is repeated, and refuses another text under the same clientId', async () => {
    const conversationId = await newConversation();
    const message = { conversationId, clientId: randomUUID(), text: '#say once' };
    const answers = await Promise.all(
      Array.from({ length: 8 }, async () => await user.call.conversation.send(message)),
    );
    expect(new Set(answers.map((answer) => answer.runId)).size).toBe(1);
    await untilDone(user, conversationId, answers[0]?.runId ?? '');
    expect((await user.call.conversation.messages({ conversationId })).messages).toHaveLength(2);
    await expect(user.call.conversation.send({ ...message, text: 'other' })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
  });

  it('lets one of two messages win while the agent is idle, and tells the other to wait', async () => {
    const conversationId = await newConversation();
    const send = async (text: string): Promise<string> =>
      (await user.call.conversation.send({ conversationId, clientId: randomUUID(), text })).runId;
    const results = await Promise.allSettled([
      send('#delay 20\n#repeat 20 a'),
      send('#delay 20\n#repeat 20 b'),
    ]);
    expect(results.map((result) => result.status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const won = results.find((result) => result.status === 'fulfilled');
    await untilDone(user, conversationId, won?.value ?? '');
    await untilDone(user, conversationId, await send('#say free again'));
  });

  it('stops from anywhere, keeps what had been said and frees the conversation', async () => {
    const conversationId = await newConversation();
    const state = await expectConverges(user, conversationId, async () => {
      const { runId } = await user.call.conversation.send({
        conversationId,
        clientId: randomUUID(),
        text: '#delay 10\n#repeat 1000 tick',
      });
      await expect
        .poll(async () => JSON.stringify((await user.call.agent.get({ runId })).state.items))
        .toContain('tick 3');
      const stopped = await user.call.agent.stop({ runId });
      expect(stopped.status).toBe('cancelled');
      expect(await user.call.agent.stop({ runId })).toEqual(stopped);
      await untilDone(user, conversationId, runId);
    });
    expect(state.messages[1]).toMatchObject({ role: 'assistant', isComplete: false });
    expect(state.messages[1]?.text).toMatch(/^tick 1 tick 2 tick 3/);
    expect(state.conversation.activeRunId).toBeNull();
  });
});
