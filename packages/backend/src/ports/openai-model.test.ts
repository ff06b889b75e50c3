// Long, because everything a provider may do is played over one wire.
// Long, because one provider stands in for every way in which an answer can go wrong.
import { createServer } from 'node:net';
import { once } from 'node:events';
import { startOfflineModel, type OfflineModel } from '@aura/offline-model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelChunk, ModelError, ModelMessage, ModelPort } from './model.ts';
import { createOpenAiModel } from './openai-model.ts';
import {
  callDelta,
  delta,
  finish,
  refusal,
  type Reply,
  startTestProvider,
  streamOf,
} from './provider-testing.ts';

const never = new AbortController().signal;
const clockTool = { name: 'clock_now', description: 'The time.', inputSchema: { type: 'object' } };

let offline: OfflineModel;
let model: ModelPort;
beforeAll(async () => {
  offline = await startOfflineModel({ tokensPerSecond: 0 });
  model = modelAt(offline.url);
});
afterAll(async () => await offline.close());

function modelAt(baseUrl: string): ModelPort {
  return createOpenAiModel({
    baseUrl,
    apiKey: 'offline',
    models: ['aura-offline'],
    firstEventTimeoutMs: 300,
    idleTimeoutMs: 200,
  });
}

function ask(port: ModelPort, text: string, signal = never): AsyncIterable<ModelChunk> {
  const messages: ModelMessage[] = [{ role: 'user', text }];
  return port.stream({ model: 'aura-offline', messages, tools: [clockTool], user: 'a run' }, signal);
}

/** Everything one attempt yields, and what it failed with. */
async function attempt(
  chunks: AsyncIterable<ModelChunk>,
): Promise<{ chunks: ModelChunk[]; text: string; error: Partial<ModelError> | null }> {
  const seen: ModelChunk[] = [];
  const textOf = (): string => seen.flatMap((chunk) => (chunk.type === 'text' ? [chunk.text] : [])).join('');
  try {
    for await (const chunk of chunks) seen.push(chunk);
    return { chunks: seen, text: textOf(), error: null };
  } catch (err) {
    if (!(err instanceof Error)) throw err;
    return { chunks: seen, text: textOf(), error: err };
  }
}

const overWire = async (...chunks: unknown[]): Promise<Awaited<ReturnType<typeof attempt>>> =>
  await replied(streamOf(...chunks));

async function replied(reply: Reply): Promise<Awaited<ReturnType<typeof attempt>>> {
  await using provider = await startTestProvider(reply);
  return await attempt(ask(modelAt(provider.url), 'hi'));
}

describe('the model behind an OpenAI-compatible server', () => {
  it('streams thoughts and text, and ends with the usage', async () => {
    const { chunks, text } = await attempt(ask(model, '#think Let me see\n#say It is so'));
    const thought = chunks.flatMap((chunk) => (chunk.type === 'thought' ? [chunk.text] : [])).join('');
    expect(thought).toBe('Let me see');
    expect(text).toBe('It is so');
    expect(chunks.at(-1)).toMatchObject({ type: 'end', toolCalls: [], isTruncated: false });
    const end = chunks.at(-1);
    expect(end?.type === 'end' ? end.usage?.outputTokens : 0).toBeGreaterThan(0);
  });

  it('joins the pieces of a tool call’s arguments', async () => {
    const args = JSON.stringify({ timeZone: 'Asia/Seoul', note: 'several pieces of some length' });
    const { chunks } = await attempt(ask(model, `#tool clock_now ${args}`));
    expect(chunks.at(-1)).toMatchObject({
      type: 'end',
      toolCalls: [{ id: expect.stringMatching(/^call_/), name: 'clock_now', argsText: args }],
    });
  });

  it.each([
    ['429', 'provider_rate_limited', 'rate'],
    ['quota', 'provider_quota', 'never'],
    ['500', 'provider_overloaded', 'overload'],
    ['502', 'provider_overloaded', 'overload'],
    ['503', 'provider_overloaded', 'overload'],
    ['408', 'provider_overloaded', 'overload'],
    ['409', 'provider_overloaded', 'overload'],
    ['401', 'provider_unauthorized', 'never'],
    ['403', 'provider_unauthorized', 'never'],
    ['404', 'provider_unauthorized', 'never'],
    ['400', 'provider_rejected', 'never'],
    ['422', 'provider_rejected', 'never'],
    ['context', 'context_too_long', 'never'],
    ['cut', 'provider_cut', 'cut'],
    ['reset', 'provider_cut', 'cut'],
    ['stall', 'provider_stalled', 'cut'],
    ['silence', 'provider_stalled', 'cut'],
    ['garbage', 'provider_garbage', 'cut'],
    ['filter', 'content_filtered', 'never'],
  ])('tells what #fail %s is, after one request', async (failure, code, retry) => {
    const before = offline.requests.length;
    const { chunks, error } = await attempt(ask(model, `#fail ${failure} 9\n#say some words to tear apart`));
    expect(error).toMatchObject({ name: 'ModelError', code, retry });
    expect(chunks.some((chunk) => chunk.type === 'end')).toBe(false);
    expect(offline.requests.length - before).toBe(1);
  });

  it('keeps what came before a cut, and gives no tool call that was cut', async () => {
    const cut = await attempt(ask(model, '#fail cut 9\n#say some words to tear apart'));
    expect(cut.text).not.toBe('');
    const torn = await attempt(ask(model, '#say I look\n#fail cut 9\n#tool clock_now {"timeZone": "UTC"}'));
    expect(torn.error).toMatchObject({ code: 'provider_cut' });
    expect(torn.chunks.map((chunk) => chunk.type)).not.toContain('end');
  });

  it.each([
    [{ 'retry-after-ms': '100', 'retry-after': '1' }, 100],
    [{ 'retry-after': '7' }, 7_000],
    [{ 'retry-after': '-7' }, 0],
    [{ 'retry-after-ms': '-1' }, 0],
    [{ 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' }, 0],
    [{ 'retry-after': 'soon' }, null],
    [{}, null],
  ])('reads how long to wait from %o', async (headers, retryAfterMs) => {
    expect((await replied(refusal(429, headers))).error).toMatchObject({ retry: 'rate', retryAfterMs });
  });

  it('takes a server that cannot be reached for an overloaded one', async () => {
    const provider = await startTestProvider(refusal(500));
    await provider[Symbol.asyncDispose]();
    const { error } = await attempt(ask(modelAt(provider.url), 'hi'));
    expect(error).toMatchObject({ code: 'provider_overloaded', retry: 'overload' });
  });

  it('takes a server that accepts and says nothing, not even headers, for a stalled one', async () => {
    const server = createServer(() => {}).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const { error } = await attempt(ask(modelAt(`http://127.0.0.1:${port}/v1`), 'hi'));
    server.close();
    expect(error).toMatchObject({ code: 'provider_stalled', retry: 'cut' });
  });

  it.each(['#delay 20\n#repeat 500 tick', '#fail silence 9\n#say hi'])(
    'closes the provider’s socket within a second of an abort (%j)',
    async (script) => {
      const controller = new AbortController();
      const before = offline.requests.length;
      const asking = attempt(ask(model, script, controller.signal));
      await expect.poll(() => offline.requests.length).toBe(before + 1);
      const stopped = new Error('stopped by the user');
      controller.abort(stopped);
      expect((await asking).error).toBe(stopped);
      await expect.poll(() => offline.requests.at(-1)?.aborted, { timeout: 1_000 }).toBe(true);
    },
  );

  it('closes the provider’s socket when its reader has had enough', async () => {
    for await (const chunk of ask(model, '#delay 20\n#repeat 500 enough')) if (chunk.type === 'text') break;
    await expect.poll(() => offline.requests.at(-1)?.aborted, { timeout: 1_000 }).toBe(true);
  });

  it('asks nothing when the signal has aborted already', async () => {
    const before = offline.requests.length;
    const stopped = new Error('stopped before');
    const { error } = await attempt(ask(model, '#say hi', AbortSignal.abort(stopped)));
    expect(error).toBe(stopped);
    expect(offline.requests.length).toBe(before);
  });

  it('marks an answer that hit the length limit as truncated', async () => {
    const { chunks, text } = await overWire(delta({ content: 'half a sen' }), finish('length'));
    expect(text).toBe('half a sen');
    expect(chunks.at(-1)).toMatchObject({ type: 'end', isTruncated: true });
  });

  it('fails when the length limit left nothing to answer or to execute', async () => {
    const thinking = await overWire(delta({ reasoning_content: 'hm' }), finish('length'));
    expect(thinking.error).toMatchObject({ code: 'context_too_long', retry: 'never' });
    const call = callDelta({ index: 0, id: 'c1', name: 'clock_now', args: '{"time' });
    const calling = await overWire(delta({ content: 'I look' }), call, finish('length'));
    expect(calling.error).toMatchObject({ code: 'context_too_long', retry: 'never' });
  });

  it('takes several tool calls, in pieces that alternate', async () => {
    const piece = (index: number, args: string): object =>
      delta({ tool_calls: [{ index, function: { arguments: args } }] });
    const { chunks } = await overWire(
      callDelta({ index: 0, id: 'a', name: 'clock_now', args: '' }),
      callDelta({ index: 1, id: 'b', name: 'recall', args: '{"k' }),
      piece(0, '{}'),
      piece(1, 'ey":"x"}'),
      finish('tool_calls'),
    );
    expect(chunks.at(-1)).toMatchObject({
      toolCalls: [
        { id: 'a', name: 'clock_now', argsText: '{}' },
        { id: 'b', name: 'recall', argsText: '{"key":"x"}' },
      ],
    });
  });

  it('takes tool calls of servers that leave the index or the id out', async () => {
    const { chunks } = await overWire(
      callDelta({ id: 'a', name: 'clock_now', args: '{}' }),
      callDelta({ id: 'b', name: 'recall', args: '{}' }),
      finish('tool_calls'),
    );
    expect(chunks.at(-1)).toMatchObject({ toolCalls: [{ name: 'clock_now' }, { name: 'recall' }] });
    const nameless = await overWire(
      callDelta({ index: 0, name: 'clock_now', args: '{}' }),
      finish('tool_calls'),
    );
    expect(nameless.chunks.at(-1)).toMatchObject({ toolCalls: [{ name: 'clock_now', argsText: '{}' }] });
  });

  it('takes `reasoning` for a thought, and usage that makes no sense for none', async () => {
    const { chunks } = await overWire(
      delta({ reasoning: 'hm' }),
      { ...finish('stop'), usage: { prompt_tokens: null, completion_tokens: 1.5 } },
      { choices: [] },
    );
    expect(chunks).toEqual([
      { type: 'thought', text: 'hm' },
      { type: 'end', toolCalls: [], usage: null, isTruncated: false },
    ]);
  });

  it.each([[null], [[1]], [delta({ content: { text: 'no string' } })], [delta({ tool_calls: 'none' })]])(
    'takes a chunk of another shape for garbage (%j)',
    async (chunk) => {
      const { error } = await overWire(delta({ content: 'a' }), chunk, finish('stop'));
      expect(error).toMatchObject({ code: 'provider_garbage', retry: 'cut' });
    },
  );

  it('takes an error inside the stream for a cut, and a used-up quota there for what it is', async () => {
    const inStream = async (code: string): Promise<unknown> =>
      (await overWire(delta({ content: 'a' }), { error: { message: 'no', code } })).error;
    expect(await inStream('server_error')).toMatchObject({ code: 'provider_cut', retry: 'cut' });
    expect(await inStream('insufficient_quota')).toMatchObject({ code: 'provider_quota', retry: 'never' });
  });

  it('asks for what the request says, every tool call with its answer', async () => {
    await using provider = await startTestProvider(streamOf(finish('stop')));
    const toolCalls = [{ id: 'c1', name: 'clock_now', argsText: '' }];
    const messages: ModelMessage[] = [
      { role: 'system', text: 'Be brief.' },
      { role: 'user', text: 'hi' },
      { role: 'assistant', text: '', toolCalls },
      { role: 'tool', toolCallId: 'c1', text: '{}' },
    ];
    await attempt(
      modelAt(provider.url).stream({ model: 'some-model', messages, tools: [clockTool], user: 'u' }, never),
    );
    expect(provider.requests).toMatchObject([
      {
        model: 'some-model',
        stream: true,
        stream_options: { include_usage: true },
        user: 'u',
        tools: [{ type: 'function', function: { name: 'clock_now', parameters: { type: 'object' } } }],
        messages: [
          { role: 'system' },
          { role: 'user', content: 'hi' },
          // Some servers parse the arguments of earlier calls, and an empty text is no JSON.
          { role: 'assistant', tool_calls: [{ id: 'c1', function: { name: 'clock_now', arguments: '{}' } }] },
          { role: 'tool', tool_call_id: 'c1', content: '{}' },
        ],
      },
    ]);
  });
});

describe('a model that does not stop', () => {
  const much = 'x'.repeat(50_000);
  it.each([
    ['text', delta({ content: much })],
    ['thoughts', delta({ reasoning_content: much })],
    ['arguments', callDelta({ index: 0, id: 'a', name: 'clock_now', args: much })],
    ['calls', callDelta({ index: 0, id: much, name: 'clock_now', args: '' })],
  ])('is broken off: %s', async (_, part) => {
    await using provider = await startTestProvider(
      streamOf(...Array.from({ length: 30 }, () => part), finish('stop')),
    );
    let chars = 0;
    const read = async (): Promise<void> => {
      for await (const chunk of ask(modelAt(provider.url), 'go')) {
        if (chunk.type !== 'end') chars += chunk.text.length;
      }
    };
    await expect(read()).rejects.toMatchObject({ code: 'budget_exceeded', retry: 'never' });
    expect(chars).toBeLessThanOrEqual(1_000_000);
  });
});
