import OpenAI, { InternalServerError } from 'openai';
import { expect, test } from 'vitest';
import { type OfflineModel, startOfflineModel } from '../src/index.ts';

const clientOf = (model: OfflineModel, maxRetries = 0) =>
  new OpenAI({ apiKey: 'none', baseURL: model.url, maxRetries, timeout: 4_000, logLevel: 'off' });
const request = (content: string) => ({
  model: 'aura-offline',
  messages: [{ role: 'user' as const, content }],
});

test('the official client reads a stream, its tool call and its usage', async () => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  const stream = clientOf(model).chat.completions.stream({
    ...request('#say Hello there\n#tool recall {"key":"name"}'),
    stream_options: { include_usage: true },
  });
  const completion = await stream.finalChatCompletion();
  expect(completion.choices[0]).toMatchObject({
    finish_reason: 'tool_calls',
    message: {
      content: 'Hello there',
      tool_calls: [{ type: 'function', function: { name: 'recall', arguments: '{"key":"name"}' } }],
    },
  });
  expect(completion.usage?.completion_tokens).toBeGreaterThan(2);
});

test('the official client lists the models', async () => {
  await using model = await startOfflineModel();
  const ids = (await clientOf(model).models.list()).data.map(({ id }) => id);
  expect(ids).toEqual(['aura-offline', 'aura-offline-mini']);
});

test('the official client takes a cut for a proper end, so that its callers must look for finish_reason', async () => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  const stream = await clientOf(model).chat.completions.create({
    ...request('#say one\n#fail cut'),
    stream: true,
  });
  const reasons: unknown[] = [];
  for await (const chunk of stream) reasons.push(chunk.choices[0]?.finish_reason);
  expect(reasons.every((reason) => reason === null)).toBe(true);
});

test('the official client rejects garbage and resets', async () => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  for (const failure of ['garbage', 'reset']) {
    const stream = await clientOf(model).chat.completions.create({
      ...request(`#say one\n#fail ${failure}`),
      stream: true,
    });
    const reading = (async () => {
      for await (const chunk of stream) expect(chunk.choices[0]?.finish_reason).toBeNull();
    })();
    await expect(reading).rejects.toThrow();
  }
});

test('the official client sees the class of a refusal and honours its retry header', async () => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  await expect(clientOf(model).chat.completions.create(request('#fail 500'))).rejects.toBeInstanceOf(
    InternalServerError,
  );
  await expect(clientOf(model).chat.completions.create(request('#fail quota'))).rejects.toMatchObject({
    status: 429,
    code: 'insufficient_quota',
  });
  const started = performance.now();
  const retried = await clientOf(model, 1).chat.completions.create(request('#fail 429\n#say ok'));
  expect(retried.choices[0]?.message.content).toBe('ok');
  expect(performance.now() - started).toBeGreaterThan(90);
});
