import { randomUUID } from 'node:crypto';
import { applyConversationEvent, type ConversationState } from '@aura/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectEvents, expectConverges, untilDone } from '../../testing/conversations.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { ask, outcomeOf } from '../agent/agent-testing.ts';
import { visitorOn } from '../auth/auth-testing.ts';
import { checkpointsOf, fork, lastPrompt, stateOf, talk, transcript } from './fork-testing.ts';

let test: TestBackend;
let user: TestCaller;
beforeAll(async () => {
  test = await createTestBackend();
  user = await createTestCaller(test.backend);
});
afterAll(async () => await test[Symbol.asyncDispose]());

/** Two turns; the second one thinks, plans, and calls two tools before it answers. */
async function twoTurns(): Promise<{ conversationId: string; runId: string; messageId: string }> {
  const first = await talk(user, '#say hello');
  return await talk(
    user,
    '#think Let me see\n#say I look\n#tool clock_now {}\n#say I note\n#tool remember {"key":"k","value":"v"}\n#say all done',
    first,
  );
}

/** What a reader is told who follows the conversation from its first event on. */
async function replayed(conversationId: string): Promise<ConversationState> {
  const { state, cursor } = await user.call.conversation.get({ conversationId });
  const head = Number(cursor.split('.').at(-1));
  const { events } = await collectEvents(user, conversationId, { until: ({ seq }) => seq >= head });
  const blank = { ...state, messages: [], runs: {} };
  const reached = events.reduce(applyConversationEvent, blank);
  expect(structuredClone(reached)).toEqual(structuredClone(state));
  return state;
}

/** All that is to be seen of a conversation, and what its fork must not change. */
async function everythingOf(conversationId: string): Promise<unknown> {
  return [
    await user.call.conversation.get({ conversationId }),
    await user.call.conversation.checkpoints({ conversationId }),
    await user.call.agent.list({ conversationId }),
  ];
}

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
    const { conversationId, messageId } = await twoTurns();
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
    const { conversationId, runId } = await twoTurns();
    const before = await everythingOf(conversationId);
    const checkpoints = await checkpointsOf(user, conversationId);
    const copy = await fork(user, conversationId, { checkpointId: checkpoints.at(-1)?.id ?? '' });
    expect(copy).toMatchObject({
      messageId: null,
      runId: null,
      conversation: { forkedFrom: conversationId, activeRunId: null },
    });
    expect(await everythingOf(conversationId)).toEqual(before);
    const original = await stateOf(user, conversationId);
    const state = await replayed(copy.conversation.id);
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
    const { conversationId } = await twoTurns();
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
    const { conversationId } = await twoTurns();
    const [, , clock] = await checkpointsOf(user, conversationId);
    expect(clock).toMatchObject({ kind: 'tool', label: 'clock_now', step: 2, canContinue: true });
    const { conversation } = await fork(user, conversationId, { checkpointId: clock?.id ?? '' });
    const state = await replayed(conversation.id);
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
    const { conversationId } = await twoTurns();
    const [first] = await checkpointsOf(user, conversationId);
    const { conversation } = await fork(user, conversationId, { checkpointId: first?.id ?? '' });
    expect(await transcript(user, conversation.id)).toEqual(['user: #say hello', 'assistant: hello']);
    expect(Object.values((await stateOf(user, conversation.id)).runs)).toMatchObject([
      { status: 'completed' },
    ]);
  });

  it('goes on from a checkpoint: calls without a result are made in the copy, by its own run', async () => {
    const { conversationId, runId } = await twoTurns();
    const before = await everythingOf(conversationId);
    const [, asks] = await checkpointsOf(user, conversationId);
    expect(asks).toMatchObject({ kind: 'model', label: 'clock_now', canContinue: true });
    const copy = await fork(user, conversationId, { checkpointId: asks?.id ?? '' }, { continue: true });
    const copiedRunId = copy.runId ?? '';
    expect(copiedRunId).not.toBe(runId);
    expect(copy.conversation.activeRunId).toBe(copiedRunId);
    const { run, events } = await outcomeOf(user, {
      conversationId: copy.conversation.id,
      messageId: copy.messageId ?? '',
      runId: copiedRunId,
    });
    expect(run).toMatchObject({ status: 'completed', error: null });
    expect(events.filter(({ type }) => type === 'run_started')).toHaveLength(1);
    expect(run.items.flatMap((item) => (item.kind === 'tool' ? [item.toolName, item.status] : []))).toEqual([
      'clock_now',
      'succeeded',
      'remember',
      'succeeded',
    ]);
    expect(await transcript(user, copy.conversation.id)).toEqual(await transcript(user, conversationId));
    expect(await checkpointsOf(user, copy.conversation.id)).toHaveLength(6);
    expect(await everythingOf(conversationId)).toEqual(before);
    await replayed(copy.conversation.id);
  });

  it('asks people anew about a call that waits in the original', async () => {
    const asked = await ask(user, '#tool ask_user {"question":"Really?"}\n#say as you wish');
    const { conversationId } = asked;
    const waits = ({ type }: { type: string }): boolean => type === 'run_waiting';
    await collectEvents(user, conversationId, { until: waits });
    const [checkpoint] = await checkpointsOf(user, conversationId);
    const at = { checkpointId: checkpoint?.id ?? '' };
    const still = await fork(user, conversationId, at);
    expect(Object.values((await replayed(still.conversation.id)).runs)).toMatchObject([
      { status: 'cancelled', items: [] },
    ]);
    const copy = await fork(user, conversationId, at, { continue: true });
    await collectEvents(user, copy.conversation.id, { until: waits });
    const { approvals } = await user.call.hitl.list({ status: 'pending' });
    const own = approvals.find((approval) => approval.conversationId === copy.conversation.id);
    if (own === undefined) throw new Error('nobody was asked');
    const { id: approvalId, argsHash } = own;
    await user.call.hitl.respond({ approvalId, argsHash, answer: 'yes', clientId: randomUUID() });
    await untilDone(user, copy.conversation.id, copy.runId ?? '');
    expect((await stateOf(user, conversationId)).runs[asked.runId]).toMatchObject({ status: 'waiting' });
    await user.call.agent.stop(asked);
  });

  it('has what the user said answered anew in the copy when it goes on from a message', async () => {
    const { conversationId, messageId } = await twoTurns();
    const still = await fork(user, conversationId, { messageId });
    expect((await replayed(still.conversation.id)).messages.at(-1)).toMatchObject({
      role: 'user',
      runId: null,
    });
    const copy = await fork(
      user,
      still.conversation.id,
      {
        messageId: (await stateOf(user, still.conversation.id)).messages.at(-1)?.id ?? '',
      },
      { continue: true },
    );
    await untilDone(user, copy.conversation.id, copy.runId ?? '');
    expect(await transcript(user, copy.conversation.id)).toEqual(await transcript(user, conversationId));
    await replayed(copy.conversation.id);
  });

  it('has nothing to go on with after a closing answer', async () => {
    const { conversationId } = await talk(user, '#say done');
    const [last] = await checkpointsOf(user, conversationId);
    expect(last).toMatchObject({ kind: 'model', canContinue: false });
    const answer = (await stateOf(user, conversationId)).messages.at(-1);
    for (const at of [{ checkpointId: last?.id ?? '' }, { messageId: answer?.id ?? '' }]) {
      await expect(fork(user, conversationId, at, { continue: true })).rejects.toMatchObject({
        code: 'BAD_REQUEST',
      });
    }
  });

  it('ends after an answer in mid-run, and after a partial one', async () => {
    const { conversationId } = await twoTurns();
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
    const state = await replayed(same.conversation.id);
    expect(state.messages.at(-1)).toMatchObject({ text: partial?.text, isComplete: false });
    expect(Object.values(state.runs)).toMatchObject([{ status: 'cancelled' }]);
  });

  it('takes from a conversation in which the agent is at work what is finished, and disturbs nothing', async () => {
    const asked = await ask(user, '#say I look\n#tool clock_now {}\n#delay 10\n#repeat 200 tick');
    const { conversationId } = asked;
    await expect.poll(async () => (await checkpointsOf(user, conversationId)).length).toBe(2);
    const [, clock] = await checkpointsOf(user, conversationId);
    const copy = await fork(user, conversationId, { checkpointId: clock?.id ?? '' });
    expect(await transcript(user, copy.conversation.id)).toEqual([
      'user: #repeat 200 tick',
      'assistant: I look',
    ]);
    await replayed(copy.conversation.id);
    const { run } = await outcomeOf(user, asked);
    expect(run).toMatchObject({ status: 'completed' });
  });

  it('copies once when the call is repeated, also at the same moment, and refuses another under the same clientId', async () => {
    const { conversationId, messageId } = await twoTurns();
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

  it('converges for readers of the copy while it goes on', async () => {
    const { conversationId, messageId } = await talk(user, '#say hi');
    const copy = await fork(user, conversationId, { messageId });
    await expectConverges(user, copy.conversation.id, async () => {
      await talk(user, '#tool clock_now {}\n#say on', { conversationId: copy.conversation.id });
    });
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
