import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  callDelta,
  cutAfter,
  delta,
  finish,
  refusal,
  says,
  startTestProvider,
  streamOf,
  type TestProvider,
} from '../../ports/provider-testing.ts';
import { expectConverges } from '../../testing/conversations.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { ask, createTestClock, outcomeOf, statesOf } from './agent-testing.ts';

const clock = createTestClock();
let offline: TestBackend;
let user: TestCaller;
let provider: TestProvider;
let scripted: TestBackend;
let reader: TestCaller;
beforeAll(async () => {
  offline = await createTestBackend({ overrides: { clock } });
  user = await createTestCaller(offline.backend);
  provider = await startTestProvider(refusal(500));
  const models: [string] = ['some-model'];
  const model = {
    baseUrl: provider.url,
    apiKey: 'none',
    models,
    firstEventTimeoutMs: 200,
    idleTimeoutMs: 100,
  };
  scripted = await createTestBackend({ overrides: { clock }, config: { model } });
  reader = await createTestCaller(scripted.backend);
});
afterAll(async () => {
  await Promise.all([offline[Symbol.asyncDispose](), scripted[Symbol.asyncDispose]()]);
  await provider[Symbol.asyncDispose]();
});
beforeEach(() => {
  clock.waits.length = 0;
});

describe('a model call', () => {
  it.each([
    ['429', 4, 'provider_rate_limited', true],
    ['503', 3, 'provider_overloaded', true],
    ['cut', 3, 'provider_cut', true],
    ['garbage', 3, 'provider_garbage', true],
    ['reset', 3, 'provider_cut', true],
    ['quota', 1, 'provider_quota', false],
    ['401', 1, 'provider_unauthorized', false],
    ['422', 1, 'provider_rejected', false],
    ['context', 1, 'context_too_long', false],
    ['filter', 1, 'content_filtered', false],
  ])(
    'that always fails with %s is tried %i times, and its run ends with %s',
    async (fault, tries, code, retryable) => {
      const before = offline.model.requests.length;
      const asked = await ask(user, `#fail ${fault} 99\n#say some words that may be torn`);
      const { events, run, state } = await outcomeOf(user, asked);
      expect(offline.model.requests.length - before).toBe(tries);
      expect(clock.waits).toHaveLength(tries - 1);
      const errors = events.flatMap((event) => (event.type === 'error' ? [event.data] : []));
      expect(errors).toMatchObject(
        Array.from({ length: tries - 1 }, (_, index) => ({ code, attempt: index + 1, retryable: true })),
      );
      expect(run).toMatchObject({ status: 'failed', error: { code, retryable } });
      expect(events.at(-1)).toMatchObject({ type: 'done', data: { status: 'failed', error: { code } } });
      expect(state.conversation.activeRunId).toBeNull();
      await outcomeOf(user, await ask(user, '#say free again', asked));
    },
  );

  it('waits as long as the provider asks, and a minute at most', async () => {
    provider.script(
      refusal(429, { 'retry-after': '7' }),
      refusal(429, { 'retry-after': '3600' }),
      says('hi'),
    );
    const { run } = await outcomeOf(reader, await ask(reader, 'hello'));
    expect(run.status).toBe('completed');
    const [told = 0, capped = 0] = clock.waits;
    expect(told).toBeGreaterThanOrEqual(7_000);
    expect(told).toBeLessThanOrEqual(7_700);
    expect(capped).toBeGreaterThan(50_000);
    expect(capped).toBeLessThanOrEqual(60_000);
  });

  it('that stalls is given up and tried again', async () => {
    provider.script((res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    }, says('hi'));
    const { events, run } = await outcomeOf(reader, await ask(reader, 'hello'));
    expect(events.find((event) => event.type === 'error')).toMatchObject({
      data: { code: 'provider_stalled' },
    });
    expect(run.status).toBe('completed');
  });

  it('that is cut starts afresh: the winning attempt’s pieces join to the text, the lost ones never show again', async () => {
    const asked = await ask(user, '#think hm\n#fail cut 2\n#repeat 300 word');
    const { events, run, state } = await outcomeOf(user, asked);
    const text = state.messages.at(-1)?.text ?? '';
    expect(text).toMatch(/^word 1 word 2 .* word 300$/);
    const pieces = events.flatMap((event) => (event.type === 'content_delta' ? [event.data] : []));
    expect(
      pieces
        .filter(({ attempt }) => attempt === 3)
        .map(({ delta }) => delta)
        .join(''),
    ).toBe(text);
    let joined = '';
    for (const { attempt, offset, delta } of pieces) {
      if (attempt !== 3) continue;
      expect(offset).toBe(joined.length);
      joined += delta;
    }
    expect(run.items.filter((item) => item.kind === 'text')).toMatchObject([
      { text, attempt: 3, isFinal: true },
    ]);
    expect(run.error).toBeNull();
  });

  it('that takes the lost attempt’s words back shows none of them, from the first sign of the next attempt on', async () => {
    provider.script(
      cutAfter(delta({ reasoning_content: 'first thought' }), delta({ content: 'first words' })),
      streamOf(callDelta({ index: 0, id: 'c1', name: 'clock_now', args: '{}' }), finish('tool_calls')),
      says('it is noon'),
    );
    const { conversation } = await reader.call.conversation.create({ clientId: 'takes-back-1' });
    const state = await expectConverges(reader, conversation.id, async () => {
      const asked = await ask(reader, 'hello', { conversationId: conversation.id });
      const { events } = await outcomeOf(reader, asked);
      const retried = events.findIndex((event) => event.type === 'error');
      const next = events.findIndex((event, index) => index > retried && event.type !== 'error');
      for (const run of statesOf(events, asked.runId).slice(next + 2)) {
        expect(JSON.stringify(run?.items)).not.toContain('first');
      }
    });
    expect(state.messages.map((message) => message.text)).toEqual(['hello', 'it is noon']);
  });

  it('keeps what a lost attempt said as the partial text when no other attempt says anything', async () => {
    provider.script(
      cutAfter(delta({ content: 'first' }), delta({ content: ' words' }), delta({ content: ' and more' })),
      refusal(500),
    );
    const { state, run } = await outcomeOf(reader, await ask(reader, 'hello'));
    expect(run.status).toBe('failed');
    expect(state.messages.at(-1)).toMatchObject({
      role: 'assistant',
      text: 'first words and more',
      isComplete: false,
    });
  });

  it('whose answer hit the length limit completes the run with a message that is not complete', async () => {
    provider.script(streamOf(delta({ content: 'half a sen' }), finish('length')), says('tence'));
    const asked = await ask(reader, 'hello');
    const { state, run } = await outcomeOf(reader, asked);
    expect(run.status).toBe('completed');
    expect(state.messages.at(-1)).toMatchObject({ text: 'half a sen', isComplete: false });
    await outcomeOf(reader, await ask(reader, 'go on', asked));
    expect(provider.requests.at(-1)?.messages).toMatchObject([
      { role: 'system' },
      { role: 'user', content: 'hello' },
      { role: 'assistant', content: 'half a sen' },
      { role: 'user', content: 'go on' },
    ]);
  });

  it('converges for readers who were there when a thought came after text, and for those who come later', async () => {
    provider.script(
      streamOf(
        delta({ content: 'a' }),
        delta({ reasoning_content: 'hm' }),
        delta({ content: 'b' }),
        finish('stop'),
      ),
    );
    const { conversation } = await reader.call.conversation.create({ clientId: 'converges-1' });
    await expectConverges(reader, conversation.id, async () => {
      await outcomeOf(reader, await ask(reader, 'hello', { conversationId: conversation.id }));
    });
  });
});
