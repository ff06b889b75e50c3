import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { collectEvents, expectConverges, untilDone } from '../../testing/conversations.ts';
import { openFeed, untilEnd } from './feed-testing.ts';

let test: TestBackend;
let user: TestCaller;
beforeAll(async () => {
  test = await createTestBackend();
  user = await createTestCaller(test.backend);
});
afterAll(async () => await test[Symbol.asyncDispose]());

const newConversation = async (): Promise<string> =>
  (await user.call.conversation.create({ clientId: randomUUID(), title: 'first' })).conversation.id;

describe('conversation.update', () => {
  it('refuses a guest, an empty title and a model that is not there', async () => {
    const conversationId = await newConversation();
    const guest = await createTestCaller(test.backend, { role: 'guest' });
    await expect(guest.call.conversation.update({ conversationId })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    for (const change of [{ title: '' }, { title: 'x'.repeat(201) }, { model: 'gpt-unknown' }]) {
      await expect(user.call.conversation.update({ conversationId, ...change })).rejects.toMatchObject({
        code: 'BAD_REQUEST',
      });
    }
  });

  it.each([
    { title: 'second' },
    { isPinned: true },
    { isArchived: true },
    { model: 'aura-offline-mini' },
    { title: 'a\0b', isPinned: true },
  ])('changes what is given and leaves the rest (%j)', async (change) => {
    const conversationId = await newConversation();
    const { state: before } = await user.call.conversation.get({ conversationId });
    const state = await expectConverges(user, conversationId, async () => {
      await user.call.conversation.update({ conversationId, ...change });
    });
    const { updatedAt, ...conversation } = state.conversation;
    const wanted = {
      ...change,
      ...(change.title === undefined ? {} : { title: change.title.replace('\0', '\uFFFD') }),
    };
    expect({ ...before.conversation, ...wanted }).toMatchObject(conversation);
    expect(updatedAt >= before.conversation.updatedAt).toBe(true);
  });

  it('loses nothing when several devices change different things at once', async () => {
    const conversationId = await newConversation();
    const state = await expectConverges(user, conversationId, async () => {
      await Promise.all([
        user.call.conversation.update({ conversationId, title: 'second' }),
        user.call.conversation.update({ conversationId, isPinned: true }),
        user.call.conversation.update({ conversationId, isArchived: true }),
        user.call.conversation.update({ conversationId, model: 'aura-offline-mini' }),
      ]);
    });
    expect(state.conversation).toMatchObject({
      title: 'second',
      isPinned: true,
      isArchived: true,
      model: 'aura-offline-mini',
    });
  });

  it('of the model is for the runs to come', async () => {
    const conversationId = await newConversation();
    const send = async (): Promise<string> =>
      (
        await user.call.conversation.send({
          conversationId,
          clientId: randomUUID(),
          text: '#delay 5\n#repeat 30 a',
        })
      ).runId;
    const first = await send();
    await user.call.conversation.update({ conversationId, model: 'aura-offline-mini' });
    await untilDone(user, conversationId, first);
    const second = await send();
    await untilDone(user, conversationId, second);
    expect((await user.call.agent.get({ runId: first })).state.model).toBe('aura-offline');
    expect((await user.call.agent.get({ runId: second })).state.model).toBe('aura-offline-mini');
  });
});

describe('conversation.delete', () => {
  it('ends every reader’s feed with its last event, ends its run once, and leaves nothing to be found', async () => {
    const conversationId = await newConversation();
    const { runId } = await user.call.conversation.send({
      conversationId,
      clientId: randomUUID(),
      text: '#delay 10\n#repeat 2000 tick',
    });
    const readers = [await openFeed(user, { conversationId }), await openFeed(user, { conversationId })];
    await collectEvents(user, conversationId, { until: ({ type }) => type === 'content_delta' });
    expect(await user.call.conversation.delete({ conversationId })).toEqual({});
    for (const { first, rest } of readers) {
      const events = [first, ...(await untilEnd(rest))];
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
      expect(events.slice(-3).map(({ type }) => type)).toEqual(['content', 'done', 'conversation_deleted']);
      expect(events.at(-2)).toMatchObject({ runId, data: { status: 'cancelled' } });
    }
    await expect.poll(() => test.backend.runner.activeCount).toBe(0);
    await expect(user.call.conversation.get({ conversationId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(user.call.conversation.delete({ conversationId })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    expect((await user.call.conversation.list({})).conversations.map(({ id }) => id)).not.toContain(
      conversationId,
    );
  });

  it('races with itself, with a message and with stopping: one deletion, one end', async () => {
    for (let round = 0; round < 10; round++) {
      const conversationId = await newConversation();
      const { runId } = await user.call.conversation.send({
        conversationId,
        clientId: randomUUID(),
        text: '#repeat 50 a',
      });
      const { first, rest } = await openFeed(user, { conversationId });
      const results = await Promise.allSettled([
        user.call.conversation.delete({ conversationId }),
        user.call.conversation.delete({ conversationId }),
        user.call.agent.stop({ runId }),
        user.call.conversation.send({ conversationId, clientId: randomUUID(), text: '#say b' }),
      ]);
      expect(
        results
          .slice(0, 2)
          .map(({ status }) => status)
          .toSorted(),
      ).toEqual(['fulfilled', 'rejected']);
      const events = [first, ...(await untilEnd(rest))];
      for (const id of new Set(
        events.flatMap((event) => ('runId' in event && event.runId !== null ? [event.runId] : [])),
      )) {
        const own = events.filter((event) => 'runId' in event && event.runId === id);
        expect(own.filter(({ type }) => type === 'done')).toHaveLength(1);
        expect(own.at(-1)?.type).toBe('done');
      }
      expect(events.at(-1)?.type).toBe('conversation_deleted');
    }
  });
});
