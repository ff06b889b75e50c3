import { describe, expect, it } from 'vitest';
import type { RunEvent } from './run-events.ts';
import { applyRunEvent, newRunState, type RunState } from './run-state.ts';

const RUN = newRunState({
  id: 'run',
  conversationId: 'conversation',
  messageId: 'asked',
  model: 'model',
  status: 'running',
  error: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  startedAt: null,
  endedAt: null,
});

type Body = RunEvent extends infer E
  ? E extends { type: infer T; data: infer D }
    ? { type: T; data: D }
    : never
  : never;

function after(...bodies: Body[]): RunState {
  return bodies.reduce<RunState>((state, body, index) => {
    const event = { ...body, seq: index + 1, at: '2026-01-01T00:00:01.000Z', runId: 'run' } as RunEvent;
    return applyRunEvent(state, event);
  }, RUN);
}

const delta = (attempt: number, offset: number, text: string): Body => ({
  type: 'content_delta',
  data: { messageId: 'answer', attempt, offset, delta: text },
});
const textOf = (state: RunState): string | undefined =>
  state.items.flatMap((item) => (item.kind === 'text' ? [item.text] : []))[0];

describe('the pieces of an answer', () => {
  it('join at their offset', () => {
    expect(textOf(after(delta(1, 0, 'Hel'), delta(1, 3, 'lo')))).toBe('Hello');
  });

  it('of a later attempt replace those of an earlier one, which never come back', () => {
    const state = after(delta(1, 0, 'Wrong'), delta(2, 0, 'Rig'), delta(1, 5, '!'), delta(2, 3, 'ht'));
    expect(textOf(state)).toBe('Right');
  });

  it('change nothing once the answer is final', () => {
    const final: Body = {
      type: 'content',
      data: { messageId: 'answer', attempt: 1, text: 'Hello', usage: null, isComplete: true },
    };
    expect(after(delta(1, 0, 'Hel'), final, delta(1, 3, 'lo!!'))).toEqual(after(final));
  });
});

it('keeps thoughts of different steps apart, in the order they began', () => {
  const thought = (stepId: string, offset: number, text: string): Body => ({
    type: 'thought',
    data: { stepId, attempt: 1, offset, text },
  });
  const { items } = after(thought('a', 0, 'one'), thought('b', 0, 'two'), thought('a', 3, '!'));
  expect(items).toMatchObject([{ text: 'one!' }, { text: 'two' }]);
});

it('follows a plan', () => {
  const { items } = after(
    { type: 'plan_step', data: { stepId: '1', index: 0, title: 'Look', status: 'pending' } },
    { type: 'plan_step', data: { stepId: '2', index: 1, title: 'Tell', status: 'pending' } },
    { type: 'plan_step_update', data: { stepId: '1', status: 'done', note: 'seen' } },
  );
  expect(items).toEqual([
    {
      kind: 'plan',
      steps: [
        { stepId: '1', index: 0, title: 'Look', status: 'done', note: 'seen' },
        { stepId: '2', index: 1, title: 'Tell', status: 'pending' },
      ],
    },
  ]);
});

it('shows a tool call once, as it stands', () => {
  const call = { toolCallId: 'call', toolName: 'clock_now', args: {} };
  const { items } = after(
    { type: 'tool_execution', data: { ...call, status: 'started' } },
    { type: 'tool_execution', data: { ...call, status: 'succeeded', result: { iso: 'now' }, durationMs: 3 } },
  );
  expect(items).toEqual([
    { kind: 'tool', ...call, status: 'succeeded', result: { iso: 'now' }, durationMs: 3 },
  ]);
});

it('ends with what `done` says', () => {
  const error = { code: 'provider_cut', message: 'broke off', retryable: true } as const;
  const usage = { inputTokens: 3, outputTokens: 4 };
  expect(after({ type: 'done', data: { status: 'failed', error, usage } })).toMatchObject({
    status: 'failed',
    error,
    usage,
    endedAt: '2026-01-01T00:00:01.000Z',
  });
});

it('leaves the state it was given as it was', () => {
  const state = Object.freeze({ ...RUN, items: Object.freeze([]) as unknown as RunState['items'] });
  expect(() =>
    applyRunEvent(state, {
      type: 'content_delta',
      seq: 1,
      at: '',
      runId: 'run',
      data: { messageId: 'm', attempt: 1, offset: 0, delta: 'x' },
    }),
  ).not.toThrow();
});
