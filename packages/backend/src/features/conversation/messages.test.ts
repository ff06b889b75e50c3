import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  callDelta,
  delta,
  finish,
  startTestProvider,
  streamOf,
  type TestProvider,
} from '../../ports/provider-testing.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { expectConverges, untilDone } from '../../testing/conversations.ts';

let provider: TestProvider;
let test: TestBackend;
let user: TestCaller;
beforeAll(async () => {
  provider = await startTestProvider(streamOf(delta({ content: 'ok' }), finish('stop')));
  const models: [string] = ['some-model'];
  test = await createTestBackend({ config: { model: { baseUrl: provider.url, apiKey: 'none', models } } });
  user = await createTestCaller(test.backend);
});
afterAll(async () => {
  await test[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});

async function send(conversationId: string, text: string): Promise<string> {
  const { runId } = await user.call.conversation.send({ conversationId, clientId: randomUUID(), text });
  await untilDone(user, conversationId, runId);
  return runId;
}

const newConversation = async (): Promise<string> =>
  (await user.call.conversation.create({ clientId: randomUUID() })).conversation.id;

describe('the messages of a conversation', () => {
  it('are paged both ways, oldest first, whichever way is asked', async () => {
    const conversationId = await newConversation();
    for (let index = 0; index < 5; index++) await send(conversationId, `question ${index}`);
    const whole = (await user.call.conversation.messages({ conversationId })).messages;
    expect(whole.map(({ text }) => text)).toEqual(
      Array.from({ length: 5 }, (_, index) => [`question ${index}`, 'ok']).flat(),
    );
    const back: typeof whole = [];
    let before: number | undefined;
    for (let page = 0; page < 4; page++) {
      const answer = await user.call.conversation.messages({ conversationId, limit: 3, before });
      back.unshift(...answer.messages);
      before = answer.messages[0]?.seq;
      expect(answer.hasMore).toBe(page < 3);
    }
    expect(back).toEqual(whole);
    const forth: typeof whole = [];
    for (let page = 0; page < 4; page++) {
      const after = forth.at(-1)?.seq ?? 0;
      const answer = await user.call.conversation.messages({ conversationId, limit: 3, after });
      forth.push(...answer.messages);
      expect(answer.hasMore).toBe(page < 3);
    }
    expect(forth).toEqual(whole);
    const end = whole.at(-1)?.seq ?? 0;
    expect(await user.call.conversation.messages({ conversationId, after: end })).toEqual({
      messages: [],
      hasMore: false,
    });
    await expect(
      user.call.conversation.messages({ conversationId, after: 1, before: 9 }),
    ).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  it('come with all of the runs they belong to, also of one that began before the oldest shown', async () => {
    const conversationId = await newConversation();
    const talk = streamOf(
      delta({ content: 'I look again' }),
      callDelta({ index: 0, id: 'call', name: 'clock_now', args: '{}' }),
      finish('tool_calls'),
    );
    const talks = Array.from({ length: 15 }, () => talk);
    const last = streamOf(delta({ content: 'done' }), finish('stop'));
    provider.script(talk, ...talks, last);
    const first = await send(conversationId, 'first');
    provider.script(talk, ...talks, last);
    const second = await send(conversationId, 'second');
    provider.script(talk, ...talks, last);
    const third = await send(conversationId, 'third');
    const { state } = await user.call.conversation.get({ conversationId });
    expect(state.hasOlderMessages).toBe(true);
    expect(state.messages).toHaveLength(50);
    expect(state.messages[0]?.role).toBe('assistant');
    expect(Object.keys(state.runs)).toEqual([first, second, third]);
    expect(state.runs[first]?.items).toHaveLength(33);
  });

  it('converge when none was there before', async () => {
    provider.script(streamOf(delta({ content: 'ok' }), finish('stop')));
    const conversationId = await newConversation();
    await expectConverges(user, conversationId, async () => await send(conversationId, 'hello'));
  });
});
