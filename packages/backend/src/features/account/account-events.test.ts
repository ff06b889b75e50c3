import { randomUUID } from 'node:crypto';
import {
  type AccountFeedEvent,
  applyToConversationList,
  type ConversationView,
  parseCursor,
} from '@aura/contract';
import { isTrackedEnvelope } from '@trpc/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { untilDone } from '../../testing/conversations.ts';
import { accountEvents } from './account-events.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend();
});
afterAll(async () => await test[Symbol.asyncDispose]());

/** What a device is told after `lastEventId`, until something is. */
async function follow(
  { ctx }: TestCaller,
  { lastEventId, until }: { lastEventId?: string; until: (event: AccountFeedEvent) => boolean },
): Promise<{ events: AccountFeedEvent[]; lastEventId: string }> {
  const events: AccountFeedEvent[] = [];
  for await (const envelope of accountEvents(ctx, { lastEventId }, AbortSignal.timeout(10_000))) {
    if (!isTrackedEnvelope(envelope)) throw new Error('an event came without its cursor');
    events.push(envelope[1]);
    if (until(envelope[1])) return { events, lastEventId: envelope[0] };
  }
  throw new Error(`the feed ended; last: ${JSON.stringify(events.at(-1))}`);
}

interface Lists {
  current: ConversationView[];
  archived: ConversationView[];
  cursor: string;
}

async function load({ call }: TestCaller): Promise<Lists> {
  const { conversations: archived, cursor } = await call.conversation.list({ isArchived: true });
  const { conversations: current } = await call.conversation.list({});
  return { current, archived, cursor };
}

/** Proves that lists loaded before `action`, with what a second device is told, are what a fresh one loads. */
async function expectListsConverge(user: TestCaller, action: () => Promise<unknown>): Promise<Lists> {
  const before = await load(user);
  await action();
  const fresh = await load(user);
  const head = parseCursor(fresh.cursor)?.seq ?? 0;
  const { events, lastEventId } = await follow(user, {
    lastEventId: before.cursor,
    until: ({ seq }) => seq === head,
  });
  expect(lastEventId).toBe(fresh.cursor);
  const apply = (list: ConversationView[], isArchived: boolean): ConversationView[] =>
    events.reduce((sum, event) => applyToConversationList(sum, event, { isArchived }), list);
  expect(apply(before.current, false)).toEqual(fresh.current);
  expect(apply(before.archived, true)).toEqual(fresh.archived);
  return fresh;
}

describe('account.events', () => {
  it('keeps another device’s lists as they should be, whatever happens to conversations', async () => {
    const user = await createTestCaller(test.backend);
    const { call } = user;
    const make = async (title: string): Promise<string> =>
      (await call.conversation.create({ clientId: randomUUID(), title })).conversation.id;
    const [a, b, c] = [await make('a'), await make('b'), await make('c')];
    const converge = async (action: () => Promise<unknown>): Promise<Lists> =>
      await expectListsConverge(user, action);

    await converge(async () => await make('d'));
    await converge(async () => await call.conversation.update({ conversationId: a, title: 'A' }));
    await converge(async () => await call.conversation.update({ conversationId: b, isPinned: true }));
    await converge(async () => await call.conversation.update({ conversationId: b, isPinned: false }));
    await converge(async () => await call.conversation.update({ conversationId: c, isArchived: true }));
    await converge(async () => await call.conversation.update({ conversationId: c, isArchived: false }));
    let runId = '';
    const running = await converge(async () => {
      const text = '#delay 20\n#repeat 2000 tick';
      ({ runId } = await call.conversation.send({ conversationId: a, clientId: randomUUID(), text }));
    });
    expect(running.current[0]).toMatchObject({ id: a, activeRunId: runId });
    const stopped = await converge(async () => await call.agent.stop({ runId }));
    expect(stopped.current[0]).toMatchObject({ id: a, activeRunId: null });
    await converge(async () => {
      const sent = await call.conversation.send({
        conversationId: b,
        clientId: randomUUID(),
        text: '#say hi',
      });
      await untilDone(user, b, sent.runId);
    });
    const end = await converge(async () => await call.conversation.delete({ conversationId: a }));
    expect(end.current.map(({ id }) => id)).not.toContain(a);
    await converge(async () => {
      await Promise.all([
        call.conversation.delete({ conversationId: b }),
        call.conversation.update({ conversationId: c, isPinned: true }),
        make('e'),
        make('f'),
      ]);
    });
  });

  it('starts from now without a cursor, and tells nothing of others', async () => {
    const [user, other] = [await createTestCaller(test.backend), await createTestCaller(test.backend)];
    await user.call.conversation.create({ clientId: randomUUID(), title: 'before' });
    const seen: AccountFeedEvent[] = [];
    const controller = new AbortController();
    const reading = (async () => {
      for await (const envelope of accountEvents(user.ctx, {}, controller.signal)) {
        if (isTrackedEnvelope(envelope)) seen.push(envelope[1]);
      }
    })();
    const { watchedCount } = test.backend.hub;
    await expect.poll(() => test.backend.hub.watchedCount).toBeGreaterThan(watchedCount);
    await other.call.conversation.create({ clientId: randomUUID(), title: 'of another' });
    await user.call.conversation.create({ clientId: randomUUID(), title: 'after' });
    await expect.poll(() => seen.length).toBeGreaterThan(0);
    controller.abort();
    await reading;
    expect(seen).toMatchObject([
      { type: 'conversation_changed', data: { conversation: { title: 'after' } } },
    ]);
  });

  it.each(['v1.00000000.1', 'nonsense', ''])(
    'says so when the cursor is of no use (%j), and goes on from now',
    async (lastEventId) => {
      const user = await createTestCaller(test.backend);
      await user.call.conversation.create({ clientId: randomUUID() });
      const { cursor } = await user.call.conversation.list({});
      const { events, lastEventId: next } = await follow(user, { lastEventId, until: () => true });
      expect(events).toEqual([{ type: 'reset', seq: parseCursor(cursor)?.seq, data: {} }]);
      expect(next).toBe(cursor);
    },
  );
});
