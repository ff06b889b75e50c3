import { expect, test } from 'vitest';
import { startOfflineModel } from '../src/index.ts';
import { answerTo, ask, errorOf, post, readReply } from './harness.ts';

test('refuses with 429 and both retry headers as often as told, then proceeds', async () => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  const script = '#say hello\n#fail 429 2';
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const response = await post(model, { messages: [{ role: 'user', content: script }], stream: true });
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(response.headers.get('retry-after-ms')).toBe('100');
    expect((await errorOf(response)).code).toBe('rate_limit_exceeded');
  }
  expect((await ask(model, script)).content).toBe('hello');
  expect(model.requests).toHaveLength(3);
});

test.each([
  ['400', 400, null],
  ['401', 401, 'invalid_api_key'],
  ['403', 403, null],
  ['404', 404, 'model_not_found'],
  ['408', 408, null],
  ['409', 409, null],
  ['422', 422, null],
  ['500', 500, null],
  ['502', 502, null],
  ['503', 503, null],
  ['quota', 429, 'insufficient_quota'],
  ['context', 400, 'context_length_exceeded'],
])('refuses with #fail %s once, then proceeds', async (name, status, code) => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  const messages = [{ role: 'user', content: `#fail ${name}\n#say fine` }];
  const refused = await post(model, { messages, stream: true });
  expect([refused.status, (await errorOf(refused)).code]).toEqual([status, code]);
  expect((await ask(model, messages)).content).toBe('fine');
});

test('cuts a stream at its line: a clean end without finish_reason and [DONE]', async () => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  const script = '#say one two\n#fail cut\n#say three';
  const cut = await ask(model, script);
  expect(cut).toMatchObject({ status: 200, content: 'one two', finishReason: undefined, isDone: false });
  expect(await ask(model, script)).toMatchObject({ content: 'one two\nthree', finishReason: 'stop' });
});

test('lets two tokens through when the failure comes first, and tears the arguments of a call', async () => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  expect((await ask(model, '#fail cut\n#say one two three')).content).toBe('one two');
  const torn = await ask(model, '#say words\n#fail cut\n#tool recall {"key":"colour"}');
  expect(torn.call).toMatchObject({ name: 'recall', arguments: '{"key":"' });
  expect(torn.finishReason).toBeUndefined();
});

test('resets the connection after the tokens before it', async () => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  const messages = [{ role: 'user', content: '#say one\n#fail reset' }];
  const response = await post(model, { messages, stream: true });
  let text = '';
  const reading = (async () => {
    for await (const bytes of response.body ?? []) text += Buffer.from(bytes).toString();
  })();
  await expect(reading).rejects.toThrow('terminated');
  expect(readReply(response, text).content).toBe('one');
});

test('ends a stream with an event that is not JSON', async () => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  const reply = await ask(model, '#say one\n#fail garbage');
  expect(reply).toMatchObject({ content: 'one', isDone: false, finishReason: undefined });
  expect(reply.broken).toHaveLength(1);
});

test('finishes with content_filter', async () => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  const reply = await ask(model, '#say one\n#fail filter\n#say two');
  expect(reply).toMatchObject({ content: 'one', finishReason: 'content_filter', isDone: true });
});

test.each([
  ['stall', 'one'],
  ['silence', ''],
])('keeps the socket open on #fail %s until the client leaves', async (failure, said) => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  const messages = [{ role: 'user', content: `#say one\n#fail ${failure}\n#say two` }];
  const client = new AbortController();
  const response = await post(model, { messages, stream: true }, { signal: client.signal });
  expect(response.status).toBe(200);
  let text = '';
  const reading = (async () => {
    for await (const bytes of response.body ?? []) text += Buffer.from(bytes).toString();
  })();
  await expect.poll(() => readReply(response, text).content).toBe(said);
  expect(model.requests[0]?.aborted).toBe(false);
  client.abort();
  await expect(reading).rejects.toThrow();
  await expect.poll(() => model.requests[0]?.aborted).toBe(true);
  expect((await ask(model, messages)).content).toBe('one\ntwo');
});

test('fails without a stream too: a torn body for cut and garbage', async () => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  for (const failure of ['cut', 'garbage']) {
    const messages = [{ role: 'user', content: `#say one\n#fail ${failure}` }];
    const text = await (await post(model, { messages })).text();
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
  }
});

test('lets every failure of a response have its turns, and fails anew when the script is sent again', async () => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  const script = '#fail 500\n#say a\n#fail cut 2\n#say b';
  for (let round = 0; round < 2; round += 1) {
    const outcomes: string[] = [];
    for (let attempt = 0; attempt < 4; attempt += 1) {
      const response = await post(model, { messages: [{ role: 'user', content: script }], stream: true });
      outcomes.push(`${response.status} ${readReply(response, await response.text()).content}`);
    }
    expect(outcomes).toEqual(['500 ', '200 a', '200 a', '200 a\nb']);
  }
});

test('counts conversations apart, and a changed system message as the same one', async () => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  const user = { role: 'user', content: '#fail 500\n#say ok' };
  const noon = [{ role: 'system', content: 'It is noon.' }, user];
  const later = [{ role: 'system', content: 'It is later.' }, user];
  expect((await post(model, { messages: noon })).status).toBe(500);
  expect((await post(model, { messages: later, user: 'someone else' })).status).toBe(500);
  expect((await post(model, { messages: later })).status).toBe(200);
});

test('fails in the turn in which it stands, not before', async () => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  const user = { role: 'user', content: '#tool recall {}\n#fail 503\n#say ok' };
  const { call } = await ask(model, [user]);
  if (call === undefined) throw new Error('no call');
  const messages = [user, ...answerTo(call, {})];
  expect((await post(model, { messages })).status).toBe(503);
  expect((await ask(model, messages)).content).toBe('ok');
});
