import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sql } from 'kysely';
import {
  callDelta,
  cutAfter,
  delta,
  finish,
  type Reply,
  says,
  startTestProvider,
  streamOf,
  type TestProvider,
} from '../../ports/provider-testing.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { withSystemTransaction } from '../../db/transaction.ts';
import { createWorkshop } from '../hitl/hitl-testing.ts';
import { ask, createTestClock, dones, outcomeOf } from './agent-testing.ts';
import { executeRun } from './execute-run.ts';

const clock = createTestClock();
const workshop = createWorkshop();
const { effects } = workshop;
let provider: TestProvider;
let test: TestBackend;
let user: TestCaller;
beforeAll(async () => {
  provider = await startTestProvider(streamOf(finish('stop')));
  const model = {
    baseUrl: provider.url,
    apiKey: 'none',
    models: ['a-model'] as [string],
    firstEventTimeoutMs: 300,
    idleTimeoutMs: 200,
  };
  test = await createTestBackend({ overrides: { clock, tools: workshop.tools }, config: { model } });
  user = await createTestCaller(test.backend);
});
afterAll(async () => {
  await test[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});
beforeEach(() => {
  effects.splice(0);
  clock.waits.length = 0;
});

/** Writes this and then does with the connection what `end` says. */
const raw =
  (chunks: readonly unknown[], end: 'destroy' | 'hold' | 'garbage'): Reply =>
  (res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    const text = chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('');
    if (end === 'hold') res.write(text);
    else if (end === 'garbage') res.end(`${text}data: {"choices":[{"delta":\n\n`);
    // Only once it is out, or the reader would lose the words before the cut as well.
    else res.write(text, () => setImmediate(() => res.destroy()));
  };
const refuses =
  (status: number, error: object, headers: Record<string, string> = {}): Reply =>
  (res) =>
    void res
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify({ error }));

const CALL = { index: 0, id: 'c1', name: 'store' };
const HALF_A_CALL = [delta({ content: 'I will ' }), callDelta({ ...CALL, args: '{"to":"an' })];
const WHOLE_CALL = [delta({ content: 'I will ' }), callDelta({ ...CALL, args: '{"to":"ann"}' })];

describe('a provider that fails in mid-call', () => {
  it.each<[string, Reply, string]>([
    ['is cut', cutAfter(...HALF_A_CALL), 'provider_cut'],
    ['is cut after the call, before it says that it is done', cutAfter(...WHOLE_CALL), 'provider_cut'],
    ['is reset', raw(WHOLE_CALL, 'destroy'), 'provider_cut'],
    ['stalls', raw(WHOLE_CALL, 'hold'), 'provider_stalled'],
    ['says garbage', raw(WHOLE_CALL, 'garbage'), 'provider_garbage'],
  ])(
    'when it %s: tried three times, and no tool is executed from what it had said',
    async (_, reply, code) => {
      provider.script(reply);
      const { run, events } = await outcomeOf(user, await ask(user, 'go'));
      expect(run).toMatchObject({ status: 'failed', error: { code } });
      expect(provider.requests).toHaveLength(3);
      expect(effects).toEqual([]);
      expect(events.some(({ type }) => type === 'tool_execution')).toBe(false);
      expect(dones(events)).toHaveLength(1);
    },
  );

  it('and then comes through executes the call once, from the attempt that ended properly', async () => {
    provider.script(
      cutAfter(...WHOLE_CALL),
      streamOf(callDelta({ ...CALL, args: '{"to":"bob"}' }), finish('tool_calls')),
      says('done'),
    );
    const { run } = await outcomeOf(user, await ask(user, 'go'));
    expect(run.status).toBe('completed');
    expect(effects).toMatchObject([{ args: { to: 'bob' } }]);
    expect(provider.requests).toHaveLength(3);
  });

  it('and filters its own answer ends the run at once, without the call', async () => {
    provider.script(streamOf(...WHOLE_CALL, finish('content_filter')));
    const { run } = await outcomeOf(user, await ask(user, 'go'));
    expect(run).toMatchObject({ status: 'failed', error: { code: 'content_filtered', retryable: false } });
    expect(provider.requests).toHaveLength(1);
    expect(effects).toEqual([]);
  });

  it('and whose answer hits the length limit in mid-call executes nothing', async () => {
    provider.script(streamOf(...HALF_A_CALL, finish('length')), says('again'));
    await outcomeOf(user, await ask(user, 'go'));
    expect(effects).toEqual([]);
  });
});

describe('a provider that refuses', () => {
  it('for a while is asked again when it says, to the millisecond', async () => {
    const busy = refuses(
      429,
      { message: 'busy', code: 'rate_limit_exceeded' },
      { 'retry-after-ms': '1234', 'retry-after': '60' },
    );
    provider.script(busy, busy, says('hi'));
    const { run } = await outcomeOf(user, await ask(user, 'go'));
    expect(run.status).toBe('completed');
    expect(provider.requests).toHaveLength(3);
    for (const wait of clock.waits) {
      expect(wait).toBeGreaterThanOrEqual(1_234);
      expect(wait).toBeLessThan(1_234 * 1.2);
    }
  });

  it.each<[string, Reply, number, string]>([
    ['429 for good', refuses(429, { message: 'busy' }), 4, 'provider_rate_limited'],
    [
      '429 for lack of money',
      refuses(429, { message: 'pay', code: 'insufficient_quota' }),
      1,
      'provider_quota',
    ],
    ['402', refuses(402, { message: 'pay' }), 1, 'provider_quota'],
    ['500', refuses(500, { message: 'oops' }), 3, 'provider_overloaded'],
    ['503', refuses(503, { message: 'later' }), 3, 'provider_overloaded'],
    ['408', refuses(408, { message: 'slow' }), 3, 'provider_overloaded'],
    ['400', refuses(400, { message: 'what' }), 1, 'provider_rejected'],
    ['403', refuses(403, { message: 'no' }), 1, 'provider_unauthorized'],
  ])('with %s is asked as often as that can help', async (_, reply, times, code) => {
    provider.script(reply);
    const { run } = await outcomeOf(user, await ask(user, 'go'));
    expect(run).toMatchObject({ status: 'failed', error: { code } });
    expect(provider.requests).toHaveLength(times);
  });
});

describe('an owner that dies in mid-stream', () => {
  it('is followed by one whose pieces join to the final text byte for byte', async () => {
    const never = new AbortController().signal;
    const death = new AbortController();
    const words = Array.from({ length: 40 }, (_, index) => `wörd ${index} 🦉 `);
    const chunks = words.map((content) => delta({ content }));
    const hanging: Reply = raw([delta({ content: 'lost 🦉 words ' }), delta({ content: 'of mine' })], 'hold');
    provider.script(hanging, streamOf(...chunks, finish('stop')));
    await test.backend.runner[Symbol.asyncDispose]();
    const asked = await ask(user, 'go');
    const { runId, conversationId } = asked;
    // Without time-outs of its own: this one is killed, it does not give up.
    const dying = executeRun(
      { ...test.backend, nodeId: 'mortal' },
      { runId, signal: death.signal, drain: never },
    );
    const said = async (): Promise<string> =>
      JSON.stringify((await user.call.agent.get({ runId })).state.items);
    await expect.poll(said, { interval: 5 }).toContain('lost');
    death.abort(new Error('killed'));
    await dying;
    await withSystemTransaction(
      test.backend,
      async ({ db }) =>
        await db
          .updateTable('runs')
          .set({ leaseUntil: sql<Date>`clock_timestamp() - interval '1 s'` })
          .where('id', '=', runId)
          .execute(),
    );
    await executeRun({ ...test.backend, nodeId: 'healthy' }, { runId, signal: never, drain: never });
    const { events, state, run } = await outcomeOf(user, { ...asked, conversationId });
    const text = words.join('');
    expect(state.messages.at(-1)).toMatchObject({ text, isComplete: true });
    const pieces = events.flatMap((event) => (event.type === 'content_delta' ? [event.data] : []));
    const last = Math.max(...pieces.map(({ attempt }) => attempt));
    let joined = '';
    for (const { attempt, offset, delta: piece } of pieces) {
      if (attempt !== last) continue;
      expect(offset).toBe(joined.length);
      joined += piece;
    }
    expect(Buffer.from(joined).equals(Buffer.from(text))).toBe(true);
    expect(new Set(pieces.map(({ messageId }) => messageId)).size).toBe(1);
    expect(run.items.filter(({ kind }) => kind === 'text')).toMatchObject([{ text, attempt: last }]);
    expect(provider.requests).toHaveLength(2);
  });
});
