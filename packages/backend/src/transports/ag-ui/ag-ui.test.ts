import { randomUUID } from 'node:crypto';
import { EventType } from '@ag-ui/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pruneEvents } from '../../features/upkeep/prune-events.ts';
import { age, unhurried } from '../../features/upkeep/upkeep-testing.ts';
import { createTestCaller, createTestTenant, type TestCaller } from '../../testing/test-caller.ts';
import { createTestServer, type TestServer } from '../../testing/test-server.ts';
import { curlOn } from '../rest/curl-testing.ts';
import { createTestAgent, shownBy, typesOf } from './ag-ui-testing.ts';

let test: TestServer;
let user: TestCaller;
beforeAll(async () => {
  test = await createTestServer({ limits: { rest: { heartbeatMs: 20 } } });
});
afterAll(async () => await test[Symbol.asyncDispose]());
beforeEach(async () => {
  user = await createTestCaller(test.node.backend);
});

const runInput = (text: string, more: object = {}): object => ({
  threadId: randomUUID(),
  runId: randomUUID(),
  messages: [{ id: 'm1', role: 'user', content: text }],
  ...more,
});

const stopAll = async ({ call }: TestCaller): Promise<void> => {
  for (const { id: runId } of (await call.agent.list({})).runs) await call.agent.stop({ runId });
};

describe('what is refused before a stream begins', () => {
  it('is a problem: no session, a guest, a key without the scope, what is no run input', async () => {
    const curl = curlOn(test.server);
    const post = async (caller: TestCaller, json: object) =>
      await curl('/ag-ui', { json, token: await test.tokenOf(caller.ctx.caller) });
    expect(await curl('/ag-ui', { json: runInput('hi') })).toMatchObject({
      status: 401,
      body: { code: 'UNAUTHORIZED', type: 'about:blank' },
    });
    const guest = await createTestCaller(test.node.backend, { role: 'guest' });
    expect(await post(guest, runInput('hi'))).toMatchObject({ status: 403 });
    expect(await post(user, { threadId: 'a' })).toMatchObject({
      status: 400,
      body: {
        code: 'BAD_INPUT',
        issues: expect.arrayContaining([expect.objectContaining({ path: ['messages'] })]),
      },
    });
    for (const text of [' ', 'x'.repeat(40_000)]) {
      expect(await post(user, runInput(text))).toMatchObject({ status: 400 });
    }
    expect(await post(user, { ...runInput('hi'), messages: [] })).toMatchObject({ status: 400 });
    const { key } = await user.call.auth.createApiKey({ name: 'a reader', scopes: ['read'] });
    expect(await curl('/ag-ui', { json: runInput('hi'), token: key })).toMatchObject({ status: 403 });
    const image = { type: 'image', source: { type: 'url', value: 'https://a.test/a.png' } };
    const messages = [{ id: 'm', role: 'user', content: [image] }];
    expect(await post(user, { ...runInput('hi'), messages })).toMatchObject({ status: 400 });
    expect((await user.call.conversation.list({})).conversations).toEqual([]);
  });
});

describe('a run over AG-UI', () => {
  it('is streamed as the protocol has it, and kept as a conversation of the caller', async () => {
    const client = await createTestAgent(test, user);
    const runId = randomUUID();
    const events = await client.run({ text: '#think hm\n#say hello there', runId });
    expect(events[0]).toMatchObject({
      type: 'RUN_STARTED',
      threadId: client.threadId,
      runId,
      protocolVersion: '1.0',
    });
    expect(events.at(-1)).toMatchObject({
      type: 'RUN_FINISHED',
      threadId: client.threadId,
      runId,
      outcome: { type: 'success' },
      usage: [{ outputTokens: expect.any(Number) }],
    });
    expect(shownBy(client)).toEqual([
      { role: 'user', content: '#think hm\n#say hello there' },
      { role: 'reasoning', content: 'hm' },
      { role: 'assistant', content: 'hello there' },
    ]);

    await client.run({ text: '#say again' });
    const { conversations } = await user.call.conversation.list({});
    expect(conversations).toHaveLength(1);
    const { messages } = await user.call.conversation.messages({
      conversationId: conversations[0]?.id ?? '',
    });
    expect(messages.map(({ text }) => text)).toEqual([
      '#think hm\n#say hello there',
      'hello there',
      '#say again',
      'again',
    ]);
  });

  it('tells of tool calls with their results, and of the plan as an activity', async () => {
    const client = await createTestAgent(test, user);
    const text = '#plan Look | Tell\n#tool clock_now {}\n#say it is late';
    const events = await client.run({ text });
    expect(typesOf(events)).toEqual(
      expect.arrayContaining(['TOOL_CALL_START', 'TOOL_CALL_ARGS', 'TOOL_CALL_END', 'TOOL_CALL_RESULT']),
    );
    const shown = shownBy(client);
    expect(shown).toContainEqual({
      role: 'activity',
      content: {
        steps: [expect.objectContaining({ title: 'Look' }), expect.objectContaining({ title: 'Tell' })],
      },
    });
    const calledAt = shown.findIndex(
      (message) => 'calls' in message && String(message.calls).includes('clock_now'),
    );
    expect(shown.slice(calledAt, calledAt + 2)).toMatchObject([{ role: 'assistant' }, { role: 'tool' }]);
    expect(shown.at(-1)).toEqual({ role: 'assistant', content: 'it is late' });
  });

  it('never joins what a lost attempt said to what replaces it', async () => {
    const client = await createTestAgent(test, user);
    const text = '#think hm\n#say half an answer\n#fail cut 2\n#say and the rest';
    const events = await client.run({ text });
    const types = typesOf(events);
    expect(types.filter((type) => type === 'TEXT_MESSAGE_START').length).toBeGreaterThan(1);
    expect(types.filter((type) => type === 'CUSTOM')).toHaveLength(2);
    const [conversation] = (await user.call.conversation.list({})).conversations;
    const { messages } = await user.call.conversation.messages({ conversationId: conversation?.id ?? '' });
    expect(messages[1]?.text).toMatch(/^half an answer\s*and the rest$/);
    expect(client.agent.messages.filter(({ role }) => role === 'assistant')).toMatchObject([
      { content: messages[1]?.text },
    ]);
    const thoughts = client.agent.messages.filter(
      ({ role, content }) => role === 'reasoning' && content !== '',
    );
    expect(thoughts.map(({ content }) => content)).toEqual(['hm']);
  });

  it('ends with RUN_ERROR when it fails, under the code of the run', async () => {
    const client = await createTestAgent(test, user);
    const events = await client.run({ text: '#fail 401 9\n#say never' });
    expect(events.at(-1)).toMatchObject({ type: 'RUN_ERROR', code: 'provider_unauthorized' });
  });

  it('ends as cancelled when it is stopped, with what had been said', async () => {
    const client = await createTestAgent(test, user);
    const events = await client.run({
      text: '#say so far\n#delay 50\n#repeat 500 on',
      onEvent({ type }) {
        if (type === EventType.TEXT_MESSAGE_START) void stopAll(user);
      },
    });
    expect(events.at(-1)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'cancelled' } });
    expect(shownBy(client).at(-1)).toMatchObject({ content: expect.stringMatching(/^so/) });
  });

  it('that an API key may start is the same as its owner’s', async () => {
    const { key } = await user.call.auth.createApiKey({ name: 'a machine', scopes: ['read', 'write'] });
    const client = await createTestAgent(test, user);
    client.agent.headers = { authorization: `Bearer ${key}` };
    const events = await client.run({ text: '#say by key' });
    expect(events.at(-1)).toMatchObject({ outcome: { type: 'success' } });
    expect((await user.call.conversation.list({})).conversations).toHaveLength(1);
  });

  it('shows the model what the client says of its page, and offers it no tools of the client', async () => {
    const client = await createTestAgent(test, user);
    client.agent.setState({ cart: 3 });
    const tools = [{ name: 'paint', description: 'Paints.', parameters: { type: 'object' } }];
    const events = await (async () => {
      const seen: object[] = [];
      client.agent.addMessage({ id: 'm1', role: 'user', content: '#say ok' });
      await client.agent.runAgent(
        { runId: randomUUID(), tools, context: [{ description: 'shop', value: 'books' }] },
        { onEvent: ({ event }) => void seen.push(event) },
      );
      return seen;
    })();
    expect(events[0]).toMatchObject({ metadata: { ignoredTools: 1 } });
    const asked = JSON.stringify(test.node.model.requests.at(-1));
    expect(asked).toContain('books');
    expect(asked).not.toContain('paint');
  });
});

describe('a thread', () => {
  it('is the caller’s own: what another has under the same name is neither seen nor hinted at', async () => {
    const stranger = await createTestCaller(test.node.backend, {
      tenantId: await createTestTenant(test.node.backend),
    });
    const colleague = await createTestCaller(test.node.backend);
    const mine = await createTestAgent(test, user);
    await mine.run({ text: '#say a secret' });
    const [own] = (await user.call.conversation.list({})).conversations;
    for (const other of [stranger, colleague]) {
      for (const threadId of [mine.threadId, own?.id ?? '', randomUUID()]) {
        const theirs = await createTestAgent(test, other, { threadId });
        const events = await theirs.run({ text: '#say mine' });
        expect(events.at(-1)).toMatchObject({ type: 'RUN_FINISHED', threadId });
        expect(JSON.stringify(events)).not.toContain('secret');
      }
      expect((await other.call.conversation.list({})).conversations).toHaveLength(3);
    }
    expect((await user.call.conversation.list({})).conversations).toHaveLength(1);
  });

  it('may be a conversation that is there already, by its id', async () => {
    const { conversation } = await user.call.conversation.create({ clientId: randomUUID() });
    await (await createTestAgent(test, user, { threadId: conversation.id })).run({ text: '#say here' });
    const { messages } = await user.call.conversation.messages({ conversationId: conversation.id });
    expect(messages.map(({ text }) => text)).toEqual(['#say here', 'here']);
  });
});

describe('a client that is cut off', () => {
  it('stops nothing, and finds the same run when it asks again: what it had is not joined to what comes', async () => {
    const client = await createTestAgent(test, user);
    const runId = randomUUID();
    const text = '#repeat 40 tick\n#delay 5\n#repeat 40 tock';
    const isCut = (types: string): boolean => types === 'TEXT_MESSAGE_CONTENT';
    await client.run({ text, runId, onEvent: ({ type }) => isCut(type) && client.agent.abortRun() });
    expect(client.agent.messages.at(-1)).toMatchObject({ role: 'assistant' });

    const events = await client.run({ runId });
    expect(events.at(-1)).toMatchObject({ type: 'RUN_FINISHED', runId, outcome: { type: 'success' } });
    const { conversations } = await user.call.conversation.list({});
    const { messages } = await user.call.conversation.messages({
      conversationId: conversations[0]?.id ?? '',
    });
    expect(messages).toHaveLength(2);
    expect(shownBy(client)).toEqual([
      { role: 'user', content: text },
      { role: 'assistant', content: messages[1]?.text },
    ]);
  });

  it('gets the same stream however often it asks, and another text under the same runId is refused', async () => {
    const runId = randomUUID();
    const threadId = randomUUID();
    const first = await createTestAgent(test, user, { threadId });
    const second = await createTestAgent(test, user, { threadId });
    const text = '#tool clock_now {}\n#say done';
    const [one, two] = await Promise.all([first.run({ text, runId }), second.run({ text, runId })]);
    expect(two).toEqual(one);
    expect((await user.call.agent.list({})).runs).toHaveLength(1);
    const third = await createTestAgent(test, user, { threadId });
    await expect(third.run({ text: '#say other', runId })).rejects.toMatchObject({ status: 409 });
  });

  it('finds a run of which the log is kept no more', async () => {
    const client = await createTestAgent(test, user);
    const runId = randomUUID();
    const text = '#plan A | B\n#say first\n#tool clock_now {}\n#delay 2\n#repeat 50 word';
    await client.run({ text, runId });
    const before = shownBy(client);
    const [conversation] = (await user.call.conversation.list({})).conversations;
    await age(test.node, conversation?.id ?? '', 400);
    await pruneEvents(test.node.backend, unhurried());
    const late = await createTestAgent(test, user, { threadId: client.threadId });
    const events = await late.run({ text, runId });
    expect(events.at(-1)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'success' } });
    expect(shownBy(late)).toEqual(before);
  });

  it('hears something now and then while the agent says nothing', async () => {
    const { ctx } = user;
    const response = await fetch(`${test.server.url}/ag-ui`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await test.tokenOf(ctx.caller)}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(runInput('#delay 300\n#say late')),
    });
    const body = await response.text();
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    expect(body.match(/^: heartbeat$/gm)?.length).toBeGreaterThan(2);
  });
});
