import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { collectEvents, untilDone } from '../../testing/conversations.ts';

let test: TestBackend;
let user: TestCaller;
beforeAll(async () => {
  test = await createTestBackend();
  user = await createTestCaller(test.backend);
});
afterAll(async () => await test[Symbol.asyncDispose]());

const countOf = async (caller: TestCaller): Promise<number> =>
  (await caller.call.conversation.list({})).conversations.length;

describe('conversation.create', () => {
  it('refuses a guest', async () => {
    const guest = await createTestCaller(test.backend, { role: 'guest' });
    await expect(guest.call.conversation.create({ clientId: randomUUID() })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  });

  it.each([
    ['a short clientId', { clientId: 'short' }],
    ['a clientId with spaces', { clientId: 'with some spaces' }],
    ['an empty title', { clientId: 'client-id-1', title: ' ' }],
    ['an empty message', { clientId: 'client-id-1', message: { text: ' \n ' } }],
    [
      'too large a context',
      { clientId: 'client-id-1', message: { text: 'a', context: { metadata: { a: 'x'.repeat(9_000) } } } },
    ],
    ['a model that is not there', { clientId: 'client-id-1', model: 'gpt-unknown' }],
  ])('refuses %s', async (_, input) => {
    const caller = await createTestCaller(test.backend);
    await expect(caller.call.conversation.create(input)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    expect(await countOf(caller)).toBe(0);
  });

  it('makes an empty conversation', async () => {
    const made = await user.call.conversation.create({ clientId: randomUUID(), model: 'aura-offline-mini' });
    expect(made).toMatchObject({
      conversation: { title: 'New conversation', model: 'aura-offline-mini', activeRunId: null },
      messageId: null,
      runId: null,
    });
    const { state } = await user.call.conversation.get({ conversationId: made.conversation.id });
    expect(state).toMatchObject({ messages: [], runs: {}, hasOlderMessages: false, isDeleted: false });
    expect(state.conversation).toEqual(made.conversation);
  });

  it('makes a conversation with its first message, and the agent answers', async () => {
    const made = await user.call.conversation.create({
      clientId: randomUUID(),
      message: {
        text: 'Why is the sky blue on most days, and red in the evening of some of them?\n#say Rayleigh',
      },
    });
    expect(made.conversation.title).toBe('Why is the sky blue on most days, and red in the evening of…');
    expect(made.conversation.activeRunId).toBe(made.runId);
    const events = await untilDone(user, made.conversation.id, made.runId ?? '');
    expect(events.slice(0, 4).map(({ type }) => type)).toEqual([
      'conversation_created',
      'message_created',
      'run_created',
      'conversation_updated',
    ]);
    const { state } = await user.call.conversation.get({ conversationId: made.conversation.id });
    expect(state.messages).toMatchObject([{ id: made.messageId }, { text: 'Rayleigh' }]);
  });

  it('stores what the database cannot: NUL and halves of characters become U+FFFD', async () => {
    const made = await user.call.conversation.create({
      clientId: randomUUID(),
      title: 'a\0b\ud800',
      message: { text: 'c\0d\ud800\n#say ok', context: { title: 'e\0f', metadata: { 'g\0h': '\udfff' } } },
    });
    await untilDone(user, made.conversation.id, made.runId ?? '');
    const { state } = await user.call.conversation.get({ conversationId: made.conversation.id });
    expect(state.conversation.title).toBe('a\uFFFDb\uFFFD');
    expect(state.messages[0]?.text).toBe('c\uFFFDd\uFFFD\n#say ok');
  });

  it('acts once when ten equal calls race, and every one gets the same answer', async () => {
    const caller = await createTestCaller(test.backend);
    const input = { clientId: randomUUID(), message: { text: '#say once' } };
    const answers = await Promise.all(
      Array.from({ length: 10 }, async () => await caller.call.conversation.create(input)),
    );
    expect(new Set(answers.map(({ conversation }) => conversation.id)).size).toBe(1);
    expect(new Set(answers.map(({ runId }) => runId)).size).toBe(1);
    expect(new Set(answers.map(({ messageId }) => messageId)).size).toBe(1);
    const [{ conversation, runId } = { conversation: { id: '' }, runId: '' }] = answers;
    await untilDone(caller, conversation.id, runId ?? '');
    expect(await countOf(caller)).toBe(1);
    const { messages } = await caller.call.conversation.messages({ conversationId: conversation.id });
    expect(messages).toHaveLength(2);
    expect(await caller.call.conversation.create(input)).toMatchObject({
      runId,
      conversation: { id: conversation.id },
    });
  });

  it('refuses other contents under the same clientId, also in a race, and lets another user use it', async () => {
    const clientId = randomUUID();
    const results = await Promise.allSettled(
      ['a', 'b', 'c'].map(async (title) => await user.call.conversation.create({ clientId, title })),
    );
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected', 'rejected']);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'CONFLICT' });
    }
    const other = await createTestCaller(test.backend);
    expect((await other.call.conversation.create({ clientId, title: 'd' })).conversation.title).toBe('d');
  });

  it('tells nothing more when a call is repeated', async () => {
    const input = { clientId: randomUUID(), title: 'again' };
    const { conversation } = await user.call.conversation.create(input);
    const { cursor } = await user.call.conversation.get({ conversationId: conversation.id });
    await user.call.conversation.create(input);
    expect((await user.call.conversation.get({ conversationId: conversation.id })).cursor).toBe(cursor);
    const { events } = await collectEvents(user, conversation.id, { until: ({ seq }) => seq === 2 });
    expect(events.map(({ type }) => type)).toEqual(['conversation_created', 'conversation_updated']);
  });
});
