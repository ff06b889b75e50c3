import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withTransaction } from '../../db/transaction.ts';
import { collectEvents, expectConverges, untilDone } from '../../testing/conversations.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { refusalOf, visitorOn } from '../auth/auth-testing.ts';

let test: TestBackend;
let user: TestCaller;
beforeAll(async () => {
  test = await createTestBackend();
  user = await createTestCaller(test.backend);
});
afterAll(async () => await test[Symbol.asyncDispose]());

const newConversation = async (): Promise<string> =>
  (await user.call.conversation.create({ clientId: randomUUID() })).conversation.id;
const noted = (conversationId: string, text = 'noted') =>
  ({ conversationId, clientId: randomUUID(), role: 'assistant', text }) as const;

describe('memory.add', () => {
  it('refuses who is not signed in, guests, and what is no message', async () => {
    const message = noted(randomUUID());
    await expect(visitorOn(test.backend).call.memory.add(message)).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
    });
    const guest = await createTestCaller(test.backend, { role: 'guest' });
    await expect(guest.call.memory.add(message)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    for (const wrong of [{ text: ' ' }, { text: 'x'.repeat(32_769) }, { clientId: 'x' }]) {
      await expect(user.call.memory.add({ ...message, ...wrong })).rejects.toMatchObject({
        code: 'BAD_REQUEST',
      });
    }
  });

  it('shows the message to every reader, as the conversation’s newest, and starts no run', async () => {
    const conversationId = await newConversation();
    const state = await expectConverges(user, conversationId, async () => {
      await user.call.memory.add({ ...noted(conversationId), role: 'user', text: 'a\0b' });
      await user.call.memory.add(noted(conversationId));
    });
    expect(state.messages).toMatchObject([
      { role: 'user', text: 'a\uFFFDb', runId: null, isComplete: true, usage: null },
      { role: 'assistant', text: 'noted', runId: null, isComplete: true, usage: null },
    ]);
    expect(state).toMatchObject({ runs: {}, conversation: { activeRunId: null } });
    expect((await user.call.memory.history({ conversationId })).messages).toEqual(state.messages);
    expect(state.conversation.updatedAt).toBe(state.messages[1]?.createdAt);
    expect((await user.call.agent.list({ conversationId })).runs).toEqual([]);
  });

  it('adds a message once when the call is repeated, also at once, and refuses another under its clientId', async () => {
    const conversationId = await newConversation();
    const message = noted(conversationId);
    const answers = await Promise.all([1, 2, 3].map(async () => await user.call.memory.add(message)));
    expect(new Set(answers.map(({ messageId }) => messageId)).size).toBe(1);
    expect((await user.call.memory.threadStats({ conversationId })).messageCount).toBe(1);
    const { clientId } = message;
    for (const other of [
      async () => await user.call.memory.add({ ...message, role: 'user' }),
      async () => await user.call.memory.add({ ...message, text: 'other' }),
      async () => await user.call.conversation.send({ conversationId, clientId, text: 'noted' }),
    ]) {
      expect((await refusalOf(other())).code).toBe('IDEMPOTENCY_CONFLICT');
    }
  });

  it('waits for its turn: refused while the agent answers, taken after', async () => {
    const conversationId = await newConversation();
    const { runId } = await user.call.conversation.send({
      conversationId,
      clientId: randomUUID(),
      text: '#delay 10\n#repeat 2000 tick',
    });
    await collectEvents(user, conversationId, { until: ({ type }) => type === 'content_delta' });
    expect((await refusalOf(user.call.memory.add(noted(conversationId)))).code).toBe('RUN_ACTIVE');
    expect((await refusalOf(user.call.memory.clear({ conversationId }))).code).toBe('RUN_ACTIVE');
    await user.call.agent.stop({ runId });
    await untilDone(user, conversationId, runId);
    await user.call.memory.add(noted(conversationId));
    const { messages } = await user.call.memory.history({ conversationId });
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'assistant']);
  });

  it('is refused, as is clearing, while a person is asked', async () => {
    await using idle = await createTestBackend({ isStarted: false });
    const { call, ctx } = await createTestCaller(idle.backend);
    const message = { text: 'hi' };
    const made = await call.conversation.create({ clientId: randomUUID(), message });
    const conversationId = made.conversation.id;
    expect((await refusalOf(call.memory.add(noted(conversationId)))).code).toBe('RUN_ACTIVE');
    await withTransaction(ctx, async ({ db }) => {
      await db.updateTable('runs').set({ status: 'waiting' }).where('id', '=', made.runId).execute();
    });
    expect((await refusalOf(call.memory.add(noted(conversationId)))).code).toBe('APPROVAL_PENDING');
    expect((await refusalOf(call.memory.clear({ conversationId }))).code).toBe('APPROVAL_PENDING');
    expect((await call.memory.history({ conversationId })).messages).toHaveLength(1);
  });
});
