import { randomUUID } from 'node:crypto';
import type { ConversationState } from '@aura/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { ask } from '../agent/agent-testing.ts';
import { visitorOn } from '../auth/auth-testing.ts';
import {
  checkpointsOf,
  everythingOf,
  fork,
  lastPrompt,
  replayed,
  stateOf,
  talk,
  transcript,
  twoTurns,
} from './fork-testing.ts';

let test: TestBackend;
let user: TestCaller;
beforeAll(async () => {
  test = await createTestBackend();
  user = await createTestCaller(test.backend);
});
afterAll(async () => await test[Symbol.asyncDispose]());

describe('conversation.fork', () => {
  it('refuses who is not signed in, guests, keys that may only read, and calls that name no place or two', async () => {
    const input = { conversationId: randomUUID(), messageId: randomUUID(), clientId: randomUUID() };
    await expect(visitorOn(test.backend).call.conversation.fork(input)).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
    });
    const guest = await createTestCaller(test.backend, { role: 'guest' });
    await expect(guest.call.conversation.fork(input)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const reader = await createTestCaller(test.backend, { scopes: ['read'] });
    await expect(reader.call.conversation.fork(input)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const checkpointId = `${randomUUID()}.1`;
    for (const wrong of [
      { ...input, messageId: undefined },
      { ...input, checkpointId },
      { ...input, messageId: undefined, checkpointId: `${randomUUID()}.0` },
      { ...input, messageId: undefined, checkpointId: `${checkpointId};--` },
    ]) {
      await expect(user.call.conversation.fork(wrong)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    }
  });

  it('finds neither another conversation’s places nor what was cleared away', async () => {
    const { conversationId, messageId } = await twoTurns(user);
    const [checkpoint] = await checkpointsOf(user, conversationId);
    const other = await talk(user, '#say other');
    const places = [{ messageId }, { checkpointId: checkpoint?.id ?? '' }];
    for (const place of places) {
      await expect(fork(user, other.conversationId, place)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    await expect(fork(user, conversationId, { checkpointId: `${other.runId}.1` })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(
      fork(user, other.conversationId, { checkpointId: `${other.runId}.2` }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await user.call.memory.clear({ conversationId });
    for (const place of places) {
      await expect(fork(user, conversationId, place)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
  });

  it('copies all of a conversation from its last checkpoint, and leaves the original as it is', async () => {
    const { conversationId, runId } = await twoTurns(user);
    const before = await everythingOf(user, conversationId);
    const checkpoints = await checkpointsOf(user, conversationId);
    const copy = await fork(user, conversationId, { checkpointId: checkpoints.at(-1)?.id ?? '' });
    expect(copy).toMatchObject({
      messageId: null,
      runId: null,
      conversation: { forkedFrom: conversationId, activeRunId: null },
    });
    expect(await everythingOf(user, conversationId)).toEqual(before);
    const original = await stateOf(user, conversationId);
    const state = await replayed(user, copy.conversation.id);
    expect(await transcript(user, copy.conversation.id)).toEqual(await transcript(user, conversationId));
    expect(state.conversation.title).toBe(original.conversation.title);
    const run = Object.values(state.runs).at(-1);
    expect(run).toMatchObject({ status: 'completed', usage: { inputTokens: 0, outputTokens: 0 } });
    const told = original.runs[runId];
    const bare = (items: typeof run): unknown =>
      items?.items.map((item) => (item.kind === 'text' ? { ...item, messageId: '' } : item));
    expect(bare(run)).toEqual(bare(told));
    expect(run?.timeline).toEqual(told?.timeline);
    const ids = (of: ConversationState): string[] => [
      ...of.messages.map(({ id }) => id),
      ...Object.keys(of.runs),
    ];
    expect(new Set([...ids(state), ...ids(original)]).size).toBe(2 * ids(original).length);
  });

  it('is a conversation like any other: it goes on with all that was said and done, and can be forked again', async () => {
    const { conversationId } = await twoTurns(user);
    const last = (await checkpointsOf(user, conversationId)).at(-1);
    const copy = await fork(user, conversationId, { checkpointId: last?.id ?? '' }, { title: 'Branch' });
    const again = await fork(user, copy.conversation.id, {
      checkpointId: (await checkpointsOf(user, copy.conversation.id)).at(-1)?.id ?? '',
    });
    expect(copy.conversation.title).toBe('Branch');
    await talk(user, '#say on', { conversationId: again.conversation.id });
    const forked = lastPrompt(test);
    await talk(user, '#say on', { conversationId });
    expect(forked).toEqual(lastPrompt(test));
    expect(forked).toHaveLength(9);
    const { conversations } = await user.call.conversation.list({});
    expect(conversations.map(({ id }) => id)).toEqual(
      expect.arrayContaining([copy.conversation.id, again.conversation.id]),
    );
  });

  it('ends in mid-run at a checkpoint there, with what had been said and done until then', async () => {
    const { conversationId } = await twoTurns(user);
    const [, , clock] = await checkpointsOf(user, conversationId);
    expect(clock).toMatchObject({ kind: 'tool', label: 'clock_now', step: 2, canContinue: true });
    const { conversation } = await fork(user, conversationId, { checkpointId: clock?.id ?? '' });
    const state = await replayed(user, conversation.id);
    expect(state.messages.map(({ text }) => text.split('\n').at(-1))).toEqual([
      '#say hello',
      'hello',
      '#say all done',
      'I look',
    ]);
    expect(Object.values(state.runs).at(-1)).toMatchObject({ status: 'cancelled', error: null });
    expect(await checkpointsOf(user, conversation.id)).toHaveLength(3);
    await talk(user, '#say next', { conversationId: conversation.id });
    expect(lastPrompt(test)).toEqual([
      'user: #say hello',
      'assistant: hello',
      'user: #say all done',
      'assistant: I look',
      expect.stringMatching(/^tool: \{"iso"/),
      'user: #say next',
    ]);
  });

  it('keeps of the first turn alone what its checkpoint tells', async () => {
    const { conversationId } = await twoTurns(user);
    const [first] = await checkpointsOf(user, conversationId);
    const { conversation } = await fork(user, conversationId, { checkpointId: first?.id ?? '' });
    expect(await transcript(user, conversation.id)).toEqual(['user: #say hello', 'assistant: hello']);
    expect(Object.values((await stateOf(user, conversation.id)).runs)).toMatchObject([
      { status: 'completed' },
    ]);
  });

  it('ends after an answer in mid-run, and after a partial one', async () => {
    const { conversationId } = await twoTurns(user);
    const { messages } = await stateOf(user, conversationId);
    const look = messages.find(({ text }) => text === 'I look');
    const copy = await fork(user, conversationId, { messageId: look?.id ?? '' });
    expect((await transcript(user, copy.conversation.id)).at(-1)).toBe('assistant: I look');
    const stopped = await ask(user, '#delay 10\n#repeat 2000 tick');
    await expect
      .poll(async () => JSON.stringify((await user.call.agent.get(stopped)).state.items), { timeout: 5_000 })
      .toContain('tick 3');
    await user.call.agent.stop(stopped);
    const partial = (await stateOf(user, stopped.conversationId)).messages.at(-1);
    const same = await fork(user, stopped.conversationId, { messageId: partial?.id ?? '' });
    const state = await replayed(user, same.conversation.id);
    expect(state.messages.at(-1)).toMatchObject({ text: partial?.text, isComplete: false });
    expect(Object.values(state.runs)).toMatchObject([{ status: 'cancelled' }]);
  });

  it('copies once when the call is repeated, also at the same moment, and refuses another under the same clientId', async () => {
    const { conversationId, messageId } = await twoTurns(user);
    for (const goesOn of [true, false]) {
      const input = { conversationId, messageId, clientId: randomUUID(), continue: goesOn };
      const answers = await Promise.all(
        Array.from({ length: 5 }, async () => await user.call.conversation.fork(input)),
      );
      expect(new Set(answers.map(({ conversation }) => conversation.id)).size).toBe(1);
      expect(new Set(answers.map(({ runId }) => runId)).size).toBe(1);
      expect(answers[0]?.runId === null).toBe(!goesOn);
      await expect(user.call.conversation.fork({ ...input, title: 'Another' })).rejects.toMatchObject({
        code: 'CONFLICT',
      });
    }
  });

  it('tells open lists of conversations', async () => {
    const { conversationId, messageId } = await talk(user, '#say hi');
    const { cursor } = await user.call.conversation.list({});
    const copy = await fork(user, conversationId, { messageId });
    const feed = await user.call.account.events({ lastEventId: cursor });
    for await (const event of feed) {
      expect(JSON.stringify(event)).toContain(copy.conversation.id);
      break;
    }
  });

  it('refuses to copy more than a thousand messages, and says what to do', async () => {
    const { conversation } = await user.call.conversation.create({ clientId: randomUUID() });
    const conversationId = conversation.id;
    const { tenantId } = user.ctx.caller;
    const add = async (): Promise<string> =>
      (await user.call.memory.add({ conversationId, role: 'user', text: 'x', clientId: randomUUID() }))
        .messageId;
    const firstId = await add();
    await test.backend.database.db
      .insertInto('messages')
      .values(
        Array.from({ length: 1_000 }, (_, index) => ({
          id: randomUUID(),
          tenantId,
          conversationId,
          role: 'user' as const,
          text: 'x',
          seq: 1_000 + index,
        })),
      )
      .execute();
    await test.backend.database.db
      .updateTable('streams')
      .set({ head: 3_000 })
      .where('id', '=', conversationId)
      .execute();
    const lastId = await add();
    await expect(fork(user, conversationId, { messageId: lastId })).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      message: expect.stringContaining('Fork from an earlier place'),
    });
    await fork(user, conversationId, { messageId: firstId });
  });
});
