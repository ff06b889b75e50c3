import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { untilDone } from '../../testing/conversations.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { ask, outcomeOf } from '../agent/agent-testing.ts';
import { visitorOn } from '../auth/auth-testing.ts';
import { lastPrompt, stateOf, talk, transcript } from './fork-testing.ts';

let test: TestBackend;
let user: TestCaller;
beforeAll(async () => {
  test = await createTestBackend();
  user = await createTestCaller(test.backend);
});
afterAll(async () => await test[Symbol.asyncDispose]());

/** Says `text` in place of a message, and waits for the answer; the branch's id. */
async function edit(conversationId: string, messageId: string, text: string): Promise<string> {
  const input = { conversationId, messageId, text, clientId: randomUUID() };
  const { conversation, runId } = await user.call.conversation.editMessage(input);
  await untilDone(user, conversation.id, runId ?? '');
  return conversation.id;
}

describe('conversation.editMessage', () => {
  it('refuses who is not signed in, guests, and an empty text', async () => {
    const ids = { conversationId: randomUUID(), messageId: randomUUID(), clientId: randomUUID() };
    const input = { ...ids, text: 'hi' };
    await expect(visitorOn(test.backend).call.conversation.editMessage(input)).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
    });
    const guest = await createTestCaller(test.backend, { role: 'guest' });
    await expect(guest.call.conversation.editMessage(input)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(user.call.conversation.editMessage({ ...input, text: ' ' })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
  });

  it('branches off before the message: the agent knows what came before it, and nothing of what it replaces', async () => {
    const { conversationId } = await talk(user, '#say one');
    const { messageId } = await talk(user, '#say two', {
      conversationId,
      context: { path: '/where-it-was-asked' },
    });
    await talk(user, '#say three', { conversationId });
    const before = await user.call.conversation.get({ conversationId });
    const branch = await edit(conversationId, messageId, '#say other');
    expect(lastPrompt(test)).toEqual(['user: #say one', 'assistant: one', 'user: #say other']);
    expect(test.model.requests.at(-1)?.messages[0]?.content).toContain('/where-it-was-asked');
    expect(await transcript(user, branch)).toEqual([
      'user: #say one',
      'assistant: one',
      'user: #say other',
      'assistant: other',
    ]);
    expect((await stateOf(user, branch)).conversation.forkedFrom).toBe(conversationId);
    expect(await user.call.conversation.get({ conversationId })).toEqual(before);
  });

  it('begins anew when it is the first message', async () => {
    const { conversationId, messageId } = await talk(user, '#say one');
    const branch = await edit(conversationId, messageId, '#say other');
    expect(lastPrompt(test)).toEqual(['user: #say other']);
    expect(await transcript(user, branch)).toEqual(['user: #say other', 'assistant: other']);
  });

  it('replaces what was said in mid-run, and keeps what the agent had done until then', async () => {
    const { conversation } = await user.call.conversation.create({
      clientId: randomUUID(),
      whenBusy: 'steer',
    });
    const conversationId = conversation.id;
    const asked = await ask(user, '#say I look\n#tool clock_now {}\n#delay 10\n#repeat 60 tick', {
      conversationId,
    });
    await expect
      .poll(async () => JSON.stringify((await user.call.agent.get(asked)).state.items), { timeout: 5_000 })
      .toContain('tick 2');
    const steer = await ask(user, '#say steered', { conversationId });
    await outcomeOf(user, asked);
    const branch = await edit(conversationId, steer.messageId, '#say otherwise');
    expect(lastPrompt(test)).toEqual([
      'user: #repeat 60 tick',
      'assistant: I look',
      expect.stringMatching(/^tool: /),
      expect.stringMatching(/^assistant: tick 1 .* tick 60$/),
      'user: #say otherwise',
    ]);
    expect((await transcript(user, branch)).at(-1)).toBe('assistant: otherwise');
    expect(JSON.stringify(await transcript(user, branch))).not.toContain('steered');
  });

  it('refuses what the agent said, and finds nothing of another conversation', async () => {
    const { conversationId, messageId } = await talk(user, '#say one');
    const answer = (await stateOf(user, conversationId)).messages.at(-1);
    await expect(edit(conversationId, answer?.id ?? '', 'x')).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    const other = await talk(user, '#say other');
    await expect(edit(other.conversationId, messageId, 'x')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('works while the agent is at work in the original', async () => {
    const busy = await ask(user, '#delay 50\n#repeat 500 tick');
    const branch = await edit(busy.conversationId, busy.messageId, '#say at once');
    expect(await transcript(user, branch)).toEqual(['user: #say at once', 'assistant: at once']);
    expect((await stateOf(user, busy.conversationId)).runs[busy.runId]?.status).toBe('running');
    await user.call.agent.stop(busy);
  });

  it('branches once when the call is repeated, and refuses another text under the same clientId', async () => {
    const { conversationId, messageId } = await talk(user, '#say one');
    const input = { conversationId, messageId, text: '#say other', clientId: randomUUID() };
    const answers = await Promise.all(
      Array.from({ length: 5 }, async () => await user.call.conversation.editMessage(input)),
    );
    const ids = answers.map((answer) => [answer.conversation.id, answer.messageId, answer.runId].join());
    expect(new Set(ids).size).toBe(1);
    expect(answers[0]?.messageId).not.toBeNull();
    await expect(user.call.conversation.editMessage({ ...input, text: 'x' })).rejects.toMatchObject({
      cause: expect.objectContaining({ code: 'IDEMPOTENCY_CONFLICT' }),
    });
  });
});
