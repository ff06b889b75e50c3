import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectEvents } from '../../testing/conversations.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { ask } from '../agent/agent-testing.ts';
import { visitorOn } from '../auth/auth-testing.ts';
import { checkpointsOf, fork, lastPrompt, stateOf, talk, transcript } from './fork-testing.ts';

let test: TestBackend;
let user: TestCaller;
beforeAll(async () => {
  test = await createTestBackend();
  user = await createTestCaller(test.backend);
});
afterAll(async () => await test[Symbol.asyncDispose]());

const TURN = '#say I look\n#tool clock_now {}\n#say it is late';

describe('conversation.checkpoints, checkpoint and deleteCheckpoints', () => {
  it('refuse who is not signed in, and a page or an id that nobody answered', async () => {
    const { conversationId } = await talk(user, '#say hi');
    const { call: visitor } = visitorOn(test.backend);
    const checkpointId = `${randomUUID()}.1`;
    for (const call of [
      async () => await visitor.conversation.checkpoints({ conversationId }),
      async () => await visitor.conversation.checkpoint({ conversationId, checkpointId }),
      async () => await visitor.conversation.deleteCheckpoints({ conversationId }),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    }
    const guest = await createTestCaller(test.backend, { role: 'guest' });
    await expect(guest.call.conversation.deleteCheckpoints({ conversationId })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    for (const call of [
      async () => await user.call.conversation.checkpoints({ conversationId, page: 'e30' }),
      async () => await user.call.conversation.checkpoint({ conversationId, checkpointId: 'x' }),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    }
    await expect(user.call.conversation.checkpoint({ conversationId, checkpointId })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: 'No such checkpoint.',
    });
  });

  it('list every finished step, the newest first, page by page', async () => {
    const first = await talk(user, TURN);
    const { conversationId } = first;
    const second = await talk(user, TURN, first);
    const all = await checkpointsOf(user, conversationId);
    expect(all.map(({ id, messageId, kind, label, step }) => [id, messageId, kind, label, step])).toEqual(
      [first, second].flatMap(({ runId, messageId }) => [
        [`${runId}.1`, messageId, 'model', 'clock_now', 1],
        [`${runId}.2`, messageId, 'tool', 'clock_now', 2],
        [`${runId}.3`, messageId, 'model', 'it is late', 3],
      ]),
    );
    expect(all.map(({ canContinue }) => canContinue)).toEqual([true, true, false, true, true, false]);
    const paged = [];
    let page: string | undefined;
    for (let round = 0; round < 4; round++) {
      const answer = await user.call.conversation.checkpoints({ conversationId, limit: 2, page });
      paged.push(...answer.checkpoints);
      if (answer.nextPage === null) break;
      page = answer.nextPage;
    }
    expect(paged.toReversed()).toEqual(all);
  });

  it('load one with what the model would be told from there', async () => {
    const { conversationId } = await talk(user, '#say hello');
    await talk(user, TURN, { conversationId });
    const all = await checkpointsOf(user, conversationId);
    const checkpointId = all[2]?.id ?? '';
    const { checkpoint, messages } = await user.call.conversation.checkpoint({
      conversationId,
      checkpointId,
    });
    expect(checkpoint).toEqual(all[2]);
    expect(messages).toEqual([
      { role: 'user', text: '#say hello' },
      { role: 'assistant', text: 'hello', toolCalls: [] },
      { role: 'user', text: TURN },
      {
        role: 'assistant',
        text: 'I look',
        toolCalls: [{ id: expect.any(String), name: 'clock_now', argsText: '{}' }],
      },
      { role: 'tool', toolCallId: expect.any(String), text: expect.stringContaining('iso') },
    ]);
    // The database orders the keys of a result in its own way.
    const isNoResult = (line: string): boolean => !line.startsWith('tool: ');
    expect(lastPrompt(test).filter(isNoResult)).toEqual(
      messages.map(({ role, text }) => `${role}: ${text.split('\n').at(-1)}`).filter(isNoResult),
    );
  });

  it('delete them all: what was said stays, also for the agent, and the tools’ results are gone', async () => {
    const { conversationId } = await talk(user, TURN);
    const before = await user.call.conversation.get({ conversationId });
    const [one] = await checkpointsOf(user, conversationId);
    expect(await user.call.conversation.deleteCheckpoints({ conversationId })).toEqual({ deletedCount: 3 });
    expect(await user.call.conversation.deleteCheckpoints({ conversationId })).toEqual({ deletedCount: 0 });
    expect(await checkpointsOf(user, conversationId)).toEqual([]);
    expect(await user.call.conversation.get({ conversationId })).toEqual(before);
    for (const call of [
      async () => await user.call.conversation.checkpoint({ conversationId, checkpointId: one?.id ?? '' }),
      async () => await fork(user, conversationId, { checkpointId: one?.id ?? '' }),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'NOT_FOUND', message: 'No such checkpoint.' });
    }
    await talk(user, '#say on', { conversationId });
    expect(lastPrompt(test)).toEqual([
      'user: #say it is late',
      'assistant: I look',
      'assistant: it is late',
      'user: #say on',
    ]);
    const { messages } = await stateOf(user, conversationId);
    const copy = await fork(user, conversationId, { messageId: messages[1]?.id ?? '' });
    expect(await transcript(user, copy.conversation.id)).toEqual([
      'user: #say it is late',
      'assistant: I look',
    ]);
  });

  it('are not deleted while a run needs them', async () => {
    const waiting = await ask(user, '#tool ask_user {"question":"?"}');
    const { conversationId } = waiting;
    await collectEvents(user, conversationId, { until: ({ type }) => type === 'run_waiting' });
    await expect(user.call.conversation.deleteCheckpoints({ conversationId })).rejects.toMatchObject({
      cause: expect.objectContaining({ code: 'APPROVAL_PENDING' }),
    });
    await user.call.agent.stop(waiting);
    expect(await checkpointsOf(user, conversationId)).toHaveLength(1);
  });

  it('are gone with what is cleared', async () => {
    const { conversationId } = await talk(user, TURN);
    await user.call.memory.clear({ conversationId });
    expect(await checkpointsOf(user, conversationId)).toEqual([]);
  });
});
