import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

describe('conversation.ask', () => {
  it('is for members who are signed in', async () => {
    const input = { prompt: '#say hi', clientId: randomUUID() };
    const guest = await createTestCaller(test.backend, { role: 'guest' });
    await expect(refusalOf(visitorOn(test.backend).call.conversation.ask(input))).resolves.toMatchObject({
      code: 'UNAUTHORIZED',
    });
    await expect(refusalOf(guest.call.conversation.ask(input))).resolves.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('does not ask in a conversation of somebody else', async () => {
    const { conversationId } = await user.call.conversation.ask({
      prompt: '#say hi',
      clientId: randomUUID(),
    });
    const stranger = await createTestCaller(test.backend);
    const asked = stranger.call.conversation.ask({ conversationId, prompt: 'hi', clientId: randomUUID() });
    await expect(refusalOf(asked)).resolves.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('asks once in a new conversation, and once in that one, however often it is called', async () => {
    const first = { prompt: '#say one', clientId: randomUUID() };
    const asked = await user.call.conversation.ask(first);
    expect(await user.call.conversation.ask(first)).toEqual(asked);
    await user.call.agent.wait({ runId: asked.runId });
    const { conversationId } = asked;
    const second = { conversationId, prompt: '#say two', clientId: randomUUID() };
    const again = await user.call.conversation.ask(second);
    expect(await user.call.conversation.ask(second)).toEqual(again);
    await user.call.agent.wait({ runId: again.runId });
    const { messages } = await user.call.conversation.messages({ conversationId });
    expect(messages.map(({ text }) => text)).toEqual(['#say one', 'one', '#say two', 'two']);
  });
});
