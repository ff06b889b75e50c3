import { randomUUID } from 'node:crypto';
import { applyConversationEvent, type ConversationFeedEvent } from '@aura/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectEvents, expectConverges, untilDone } from '../../testing/conversations.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { visitorOn } from '../auth/auth-testing.ts';
import { openFeed } from './feed-testing.ts';

let test: TestBackend;
let user: TestCaller;
beforeAll(async () => {
  test = await createTestBackend();
  user = await createTestCaller(test.backend);
});
afterAll(async () => await test[Symbol.asyncDispose]());

const SECRET = 'a secret';

/** A conversation in which the secret was said, asked and answered. */
async function talk(): Promise<string> {
  const { conversation, runId } = await user.call.conversation.create({
    clientId: randomUUID(),
    title: 'Kept',
    message: { text: `${SECRET}\n#say ${SECRET}` },
  });
  await untilDone(user, conversation.id, runId ?? '');
  return conversation.id;
}

async function say(conversationId: string, text: string): Promise<void> {
  const sent = await user.call.conversation.send({ conversationId, clientId: randomUUID(), text });
  await untilDone(user, conversationId, sent.runId);
}

describe('memory.clear', () => {
  it('refuses who is not signed in, guests, and what is no conversation', async () => {
    const ref = { conversationId: randomUUID() };
    await expect(visitorOn(test.backend).call.memory.clear(ref)).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
    });
    const guest = await createTestCaller(test.backend, { role: 'guest' });
    await expect(guest.call.memory.clear(ref)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(user.call.memory.clear({ conversationId: '1' })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
  });

  it('leaves a conversation with nothing in it: no history, no snapshot, no context, no events of before', async () => {
    const conversationId = await talk();
    const before = await user.call.conversation.get({ conversationId });
    const state = await expectConverges(user, conversationId, async () => {
      expect(await user.call.memory.clear({ conversationId })).toEqual({});
    });
    expect(state).toMatchObject({ messages: [], runs: {}, hasOlderMessages: false, isDeleted: false });
    expect(state.conversation).toMatchObject({ title: 'Kept', activeRunId: null });
    for (const page of [{}, { before: 1_000 }, { after: 0 }]) {
      const history = await user.call.memory.history({ conversationId, ...page });
      expect(history).toEqual({ messages: [], hasMore: false });
    }
    expect(await user.call.memory.recentContext({ conversationId, messages: 9 })).toEqual({
      text: '',
      messageCount: 0,
    });
    expect(await user.call.memory.threadStats({ conversationId })).toMatchObject({
      messageCount: 0,
      lastMessageAt: null,
    });
    const isLast = ({ type }: ConversationFeedEvent): boolean => type === 'conversation_updated';
    const { events: whole } = await collectEvents(user, conversationId, { until: isLast });
    expect(whole.map(({ type }) => type)).toEqual(['conversation_cleared', 'conversation_updated']);
    const { events: late } = await collectEvents(user, conversationId, {
      lastEventId: before.cursor.replace(/\d+$/, '1'),
      until: () => true,
    });
    expect(late).toMatchObject([{ type: 'reset', data: { state } }]);
  });

  it('reaches readers that are there at once, and they stay with whoever comes later', async () => {
    const conversationId = await talk();
    const { state: before, cursor } = await user.call.conversation.get({ conversationId });
    const tabs = [
      collectEvents(user, conversationId, { lastEventId: cursor, until: ({ type }) => type === 'done' }),
      collectEvents(user, conversationId, { lastEventId: cursor, until: ({ type }) => type === 'done' }),
    ];
    await user.call.memory.clear({ conversationId });
    await say(conversationId, '#say anew');
    const { state: fresh } = await user.call.conversation.get({ conversationId });
    expect(fresh.messages.map(({ text }) => text)).toEqual(['#say anew', 'anew']);
    for (const { events } of await Promise.all(tabs)) {
      const { messages, runs } = events.reduce(applyConversationEvent, before);
      expect({ messages, runs }).toEqual({ messages: fresh.messages, runs: fresh.runs });
    }
  });

  it('counts and pages only what came after it, also when it was cleared more than once', async () => {
    const conversationId = await talk();
    await user.call.memory.clear({ conversationId });
    await say(conversationId, '#say lost too');
    await user.call.memory.clear({ conversationId });
    await user.call.memory.clear({ conversationId });
    await say(conversationId, '#say kept');
    const { messages, hasMore } = await user.call.memory.history({ conversationId, limit: 1 });
    expect(messages.map(({ text }) => text)).toEqual(['kept']);
    expect(hasMore).toBe(true);
    const older = await user.call.memory.history({ conversationId, before: messages[0]?.seq });
    expect(older).toMatchObject({ messages: [{ text: '#say kept' }], hasMore: false });
    expect((await user.call.memory.threadStats({ conversationId })).messageCount).toBe(2);
  });

  it('does not make a message that was cleared away come back when its call is repeated', async () => {
    const conversationId = await talk();
    const message = { conversationId, clientId: randomUUID(), role: 'user', text: SECRET } as const;
    const first = await user.call.memory.add(message);
    await user.call.memory.clear({ conversationId });
    expect(await user.call.memory.add(message)).toEqual(first);
    expect((await user.call.memory.history({ conversationId })).messages).toEqual([]);
  });

  it('races with messages and itself: what came before it is gone, what came after it is there', async () => {
    for (let round = 1; round <= 8; round++) {
      const conversationId = await talk();
      const { first, rest } = await openFeed(user, { conversationId });
      const add = async (text: string): Promise<unknown> =>
        await user.call.memory.add({ conversationId, clientId: randomUUID(), role: 'user', text });
      await Promise.all([
        add('a'),
        user.call.memory.clear({ conversationId }),
        add('b'),
        user.call.memory.clear({ conversationId }),
        add('c'),
      ]);
      const { state, cursor } = await user.call.conversation.get({ conversationId });
      const events = [first];
      for await (const event of rest) {
        events.push(event);
        if (cursor.endsWith(`.${event.seq}`)) break;
      }
      const last = events.findLastIndex(({ type }) => type === 'conversation_cleared');
      const kept = events.slice(last).filter(({ type }) => type === 'message_created');
      expect(state.messages.map(({ seq }) => seq)).toEqual(kept.map(({ seq }) => seq));
      expect((await user.call.memory.history({ conversationId })).messages).toEqual(state.messages);
    }
  });
});
