import { request } from 'node:http';
import { expect, test } from 'vitest';
import { startOfflineModel } from '../src/index.ts';
import { answerTo, ask, errorOf, post } from './harness.ts';

const user = (content: unknown) => ({ role: 'user', content });

test('streams a role chunk, content deltas, a finish chunk, usage and [DONE], all under one id', async () => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  const reply = await ask(model, '#say Hello big world', { stream_options: { include_usage: true } });
  expect(reply.headers.get('content-type')).toContain('text/event-stream');
  expect(reply.isDone).toBe(true);
  expect(new Set(reply.events.map(({ id, object, model }) => JSON.stringify([id, object, model]))).size).toBe(
    1,
  );
  expect(reply.events.map((event) => [event.choices, event.usage])).toMatchObject([
    [[{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }], null],
    [[{ index: 0, delta: { content: 'Hello' }, finish_reason: null }], null],
    [[{ index: 0, delta: { content: ' big' }, finish_reason: null }], null],
    [[{ index: 0, delta: { content: ' world' }, finish_reason: null }], null],
    [[{ index: 0, delta: {}, finish_reason: 'stop' }], null],
    [[], { completion_tokens: 3, prompt_tokens: expect.any(Number), total_tokens: expect.any(Number) }],
  ]);
});

test('sends no usage that was not asked for', async () => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  const reply = await ask(model, '#say hi');
  expect(reply.events.every((event) => !('usage' in event))).toBe(true);
});

test('names a tool call first and sends its arguments in pieces', async () => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  const reply = await ask(model, '#tool recall {"key": "이름"}');
  const parts = reply.events.flatMap(({ choices }) => {
    const [choice] = choices as { delta: { tool_calls?: object[] } }[];
    return choice?.delta.tool_calls ?? [];
  });
  expect(parts[0]).toEqual({
    index: 0,
    id: expect.stringMatching(/^call_[0-9a-f]{24}$/),
    type: 'function',
    function: { name: 'recall', arguments: '' },
  });
  expect(parts.length).toBeGreaterThan(2);
  expect(parts[1]).toEqual({ index: 0, function: { arguments: expect.any(String) } });
  expect(reply.call?.arguments).toBe('{"key": "이름"}');
  expect(reply.finishReason).toBe('tool_calls');
});

test('answers in one body when no stream is asked for', async () => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  const script = '#think why\n#say so\n#tool clock_now {}';
  const body = await (await post(model, { messages: [user(script)] })).json();
  expect(body).toMatchObject({
    object: 'chat.completion',
    model: 'aura-offline',
    choices: [
      {
        index: 0,
        finish_reason: 'tool_calls',
        message: {
          role: 'assistant',
          content: 'so',
          reasoning_content: 'why',
          tool_calls: [{ type: 'function', function: { name: 'clock_now', arguments: '{}' } }],
        },
      },
    ],
    usage: { completion_tokens: 5, completion_tokens_details: { reasoning_tokens: 1 } },
  });
});

test('stops at max_tokens with the reason length', async () => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  const short = await ask(model, '#repeat 10 x', { max_completion_tokens: 3 });
  expect([short.content, short.finishReason]).toEqual(['x 1 x 2 x 3', 'length']);
  const exact = await ask(model, '#repeat 3 x', { max_tokens: 3 });
  expect([exact.content, exact.finishReason]).toEqual(['x 1 x 2 x 3', 'stop']);
});

test('reads content parts and the developer role', async () => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  const parts = [
    { type: 'text', text: '#say pa' },
    { type: 'text', text: 'rts' },
  ];
  const reply = await ask(model, [
    { role: 'developer', content: 'x' },
    { role: 'user', content: parts },
  ]);
  expect(reply.content).toBe('parts');
});

test('lists both models and finds one by its id', async () => {
  await using model = await startOfflineModel();
  const list = await (await fetch(`${model.url}/models`)).json();
  expect(list).toMatchObject({
    object: 'list',
    data: [
      { id: 'aura-offline', object: 'model' },
      { id: 'aura-offline-mini', object: 'model' },
    ],
  });
  expect(await (await fetch(`${model.url}/models/aura-offline`)).json()).toMatchObject({
    id: 'aura-offline',
  });
  expect((await fetch(`${model.url}/models/other`)).status).toBe(404);
});

test.each([
  ['broken JSON', '{"model":', 400, null],
  ['no object', '[]', 400, 'body'],
  ['no model', '{}', 400, 'model'],
  ['an unknown model', { model: 'gpt-9', messages: [user('x')] }, 404, 'model'],
  ['no messages', { messages: [] }, 400, 'messages'],
  ['an unknown role', { messages: [{ role: 'bot', content: 'x' }] }, 400, 'messages[0].role'],
  ['several choices', { messages: [user('x')], n: 2 }, 400, 'n'],
  ['a stream that is no flag', { messages: [user('x')], stream: 'yes' }, 400, 'stream'],
  ['a tool without a name', { messages: [user('x')], tools: [{}] }, 400, 'tools[0]'],
  ['no token allowed', { messages: [user('x')], max_tokens: 0 }, 400, 'max_tokens'],
  ['a script that cannot be followed', { messages: [user('#say a\n#sya b')] }, 400, 'messages'],
])('refuses %s in the shape of OpenAI', async (_name, body, status, param) => {
  await using model = await startOfflineModel();
  const response = await post(model, body);
  expect(response.status).toBe(status);
  expect(response.headers.get('x-request-id')).toMatch(/^req_/);
  expect(await errorOf(response)).toEqual({
    message: expect.any(String),
    type: 'invalid_request_error',
    param,
    code: status === 404 ? 'model_not_found' : null,
  });
});

test('refuses a history in which a tool call has no answer, or an answer no call', async () => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  const [call, result] = answerTo({ id: 'call_1', name: 'recall', arguments: '{}' }, {});
  for (const messages of [
    [user('x'), call],
    [user('x'), call, user('y')],
    [user('x'), result],
  ]) {
    expect((await post(model, { messages })).status).toBe(400);
  }
  expect((await post(model, { messages: [user('x'), call, result] })).status).toBe(200);
});

test('refuses a body over 4 MiB, other content types, routes, methods and host names', async () => {
  await using model = await startOfflineModel();
  const large = await post(model, { messages: [user('x'.repeat(5 * 1024 * 1024))] });
  expect([large.status, (await errorOf(large)).code]).toEqual([413, 'request_too_large']);
  const plain = await post(model, '{}', { headers: { 'content-type': 'text/plain' } });
  expect(plain.status).toBe(415);
  const unknown = await fetch(`${model.url}/embeddings`, { method: 'POST' });
  expect([unknown.status, (await errorOf(unknown)).code]).toEqual([404, 'unknown_url']);
  const method = await fetch(`${model.url}/chat/completions`);
  expect([method.status, method.headers.get('allow')]).toEqual([405, 'POST']);
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const headers = { host: 'rebound.example' };
    request(`${model.url}/models`, { headers }, (res) => resolve(res.resume().statusCode))
      .on('error', reject)
      .end();
  });
  expect(status).toBe(403);
});

test('records every request for those who count attempts', async () => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  await ask(model, '#say one', { tools: [{ type: 'function', function: { name: 'recall' } }] });
  await post(model, { model: 'aura-offline-mini', messages: [user('#fail 500')] });
  expect(model.requests).toMatchObject([
    { model: 'aura-offline', stream: true, tools: ['recall'], aborted: false, at: expect.any(Number) },
    { model: 'aura-offline-mini', stream: false, messages: [{ role: 'user', content: '#fail 500' }] },
  ]);
});

test('listens on the loopback interface only', async () => {
  await using model = await startOfflineModel();
  expect(model.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
  const anywhere = Reflect.apply(startOfflineModel, undefined, [{ host: '0.0.0.0' }]);
  await expect(anywhere).rejects.toThrow(RangeError);
});
