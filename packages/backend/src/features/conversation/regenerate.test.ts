import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectEvents, expectConverges, untilDone } from '../../testing/conversations.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { ask, type Asked } from '../agent/agent-testing.ts';
import { visitorOn } from '../auth/auth-testing.ts';
import { checkpointsOf, lastPrompt, stateOf, talk, transcript } from './fork-testing.ts';

let test: TestBackend;
let user: TestCaller;
beforeAll(async () => {
  test = await createTestBackend();
  user = await createTestCaller(test.backend);
});
afterAll(async () => await test[Symbol.asyncDispose]());

/** Has the last turn answered anew, and waits for the answer. */
async function again(conversationId: string, messageId?: string): Promise<Asked> {
  const about = messageId === undefined ? {} : { messageId };
  const asked = await user.call.conversation.regenerate({ conversationId, clientId: randomUUID(), ...about });
  await untilDone(user, conversationId, asked.runId);
  return { conversationId, ...asked };
}

describe('conversation.regenerate', () => {
  it('refuses who is not signed in, guests, and what is no conversation', async () => {
    const input = { conversationId: randomUUID(), clientId: randomUUID() };
    await expect(visitorOn(test.backend).call.conversation.regenerate(input)).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
    });
    const guest = await createTestCaller(test.backend, { role: 'guest' });
    await expect(guest.call.conversation.regenerate(input)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(user.call.conversation.regenerate({ ...input, conversationId: '1' })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
  });

  it('puts a new answer in the place of the last one, for every reader, as often as one likes', async () => {
    const asked = await talk(user, '#say first');
    const { conversationId } = asked;
    await talk(user, '#say I look\n#tool clock_now {}\n#say it is late', asked);
    const before = await stateOf(user, conversationId);
    const runIds = Object.keys(before.runs);
    for (const round of [1, 2]) {
      const state = await expectConverges(user, conversationId, async () => {
        const { runId, messageId } = await again(conversationId);
        expect(runIds).not.toContain(runId);
        runIds.push(runId);
        expect(messageId).toBe(before.messages[2]?.id);
      });
      expect(state.messages.map(({ role }) => role)).toEqual([
        'user',
        'assistant',
        'user',
        'assistant',
        'assistant',
      ]);
      const old = before.messages.slice(3).map(({ id }) => id);
      expect(state.messages.some(({ id }) => old.includes(id))).toBe(false);
      expect(Object.keys(state.runs)).toEqual([runIds[0], runIds[1 + round]]);
      expect(state.messages[2]?.runId).toBe(runIds[1 + round]);
    }
    const history = await user.call.memory.history({ conversationId });
    expect(history.messages).toEqual((await stateOf(user, conversationId)).messages);
    expect(await user.call.memory.threadStats({ conversationId })).toMatchObject({ messageCount: 5 });
    const recent = await user.call.memory.recentContext({ conversationId, messages: 9 });
    expect(recent.messageCount).toBe(5);
    expect(await checkpointsOf(user, conversationId)).toHaveLength(4);
  });

  it('tells the model neither then nor later what the earlier answer was', async () => {
    const { conversationId } = await talk(user, '#tool clock_now {}\n#say the answer');
    const { runId } = await again(conversationId);
    expect(lastPrompt(test)).toEqual([
      'user: #say the answer',
      'assistant: ',
      expect.stringMatching(/^tool: /),
    ]);
    await talk(user, '#say later', { conversationId });
    expect(lastPrompt(test)).toEqual([
      'user: #say the answer',
      'assistant: ',
      expect.stringMatching(/^tool: /),
      'assistant: the answer',
      'user: #say later',
    ]);
    expect((await user.call.agent.get({ runId })).state.status).toBe('completed');
  });

  it('gives a reader from the first event on the same as everybody', async () => {
    const { conversationId } = await talk(user, '#say first');
    const { runId } = await again(conversationId);
    const { events } = await collectEvents(user, conversationId, {
      until: (event) => event.type === 'done' && event.runId === runId,
    });
    expect(events.filter(({ type }) => type === 'messages_superseded')).toHaveLength(1);
    expect(events.filter(({ type }) => type === 'content')).toHaveLength(2);
  });

  it('answers a failed turn again, with all that the user said in it', async () => {
    const { conversation } = await user.call.conversation.create({
      clientId: randomUUID(),
      whenBusy: 'steer',
    });
    const conversationId = conversation.id;
    const asked = await ask(user, '#delay 20\n#repeat 500 tick', { conversationId });
    await expect
      .poll(async () => JSON.stringify((await user.call.agent.get(asked)).state.items), { timeout: 5_000 })
      .toContain('tick 2');
    const steer = await ask(user, '#say steered', { conversationId });
    expect(steer.runId).toBe(asked.runId);
    await user.call.agent.stop(asked);
    await expectConverges(user, conversationId, async () => {
      expect(await again(conversationId, steer.messageId)).toMatchObject({ messageId: asked.messageId });
    });
    expect(lastPrompt(test)).toEqual(['user: #repeat 500 tick', 'user: #say steered']);
    expect(await transcript(user, conversationId)).toEqual([
      'user: #repeat 500 tick',
      'user: #say steered',
      'assistant: steered',
    ]);
  });

  it('answers what was put into a conversation and nobody answered', async () => {
    const { conversation } = await user.call.conversation.create({ clientId: randomUUID() });
    const conversationId = conversation.id;
    await expect(again(conversationId)).rejects.toMatchObject({ code: 'CONFLICT' });
    await user.call.memory.add({ conversationId, role: 'user', text: '#say now', clientId: randomUUID() });
    const state = await expectConverges(user, conversationId, async () => await again(conversationId));
    expect(state.messages.map(({ text }) => text)).toEqual(['#say now', 'now']);
  });

  it('refuses any but the last turn, by whichever of its messages', async () => {
    const first = await talk(user, '#say one');
    const { conversationId } = first;
    const last = await talk(user, '#say two', first);
    for (const messageId of [first.messageId, randomUUID()]) {
      await expect(again(conversationId, messageId)).rejects.toMatchObject({ code: 'CONFLICT' });
    }
    const answer = (await stateOf(user, conversationId)).messages.at(-1);
    expect(await again(conversationId, answer?.id)).toMatchObject({ messageId: last.messageId });
  });

  it('waits for its turn: refused while a run is at work or waits for a person', async () => {
    const busy = await ask(user, '#delay 50\n#repeat 500 tick');
    await expect(again(busy.conversationId)).rejects.toMatchObject({
      cause: expect.objectContaining({ code: 'RUN_ACTIVE' }),
    });
    await user.call.agent.stop(busy);
    const waiting = await ask(user, '#tool ask_user {"question":"?"}');
    await collectEvents(user, waiting.conversationId, { until: ({ type }) => type === 'run_waiting' });
    await expect(again(waiting.conversationId)).rejects.toMatchObject({
      cause: expect.objectContaining({ code: 'APPROVAL_PENDING' }),
    });
    await user.call.agent.stop(waiting);
  });

  it('starts one run when the call is repeated, and refuses another message under the same clientId', async () => {
    const { conversationId, messageId } = await talk(user, '#say once');
    const input = { conversationId, clientId: randomUUID() };
    const answers = await Promise.all(
      Array.from({ length: 5 }, async () => await user.call.conversation.regenerate(input)),
    );
    expect(new Set(answers.map(({ runId }) => runId)).size).toBe(1);
    await untilDone(user, conversationId, answers[0]?.runId ?? '');
    expect(await user.call.conversation.regenerate(input)).toEqual(answers[0]);
    expect(await transcript(user, conversationId)).toEqual(['user: #say once', 'assistant: once']);
    await expect(user.call.conversation.regenerate({ ...input, messageId })).rejects.toMatchObject({
      cause: expect.objectContaining({ code: 'IDEMPOTENCY_CONFLICT' }),
    });
  });
});
