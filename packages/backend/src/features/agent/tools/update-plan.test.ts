import {
  applyRunEvent,
  newRunState,
  type PlanStep,
  planStepStatusSchema,
  type RunState,
} from '@aura/contract';
import { array, assert, constantFrom, option, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runEvent } from '../run-view.ts';
import { planChanges } from './update-plan.ts';

const RUN = newRunState({
  id: 'run',
  conversationId: 'conversation',
  messageId: 'message',
  model: 'model',
  status: 'running',
  error: null,
  createdAt: '',
  startedAt: null,
  endedAt: null,
});

type Events = ReturnType<typeof planChanges>['events'];
const applied = (state: RunState, events: Events): RunState =>
  events.reduce(
    (sum, { type, data }, index) =>
      applyRunEvent(sum, runEvent({ type, data: { ...data }, runId: 'run', seq: index, at: '' })),
    state,
  );
const planOf = ({ items }: RunState): readonly PlanStep[] =>
  items.flatMap((item) => (item.kind === 'plan' ? item.steps : []));
const withoutNotes = (steps: readonly PlanStep[]): object[] =>
  steps.map(({ stepId, index, title, status }) => ({ stepId, index, title, status }));

const step = (title: string, status: PlanStep['status'] = 'pending', note?: string) => ({
  title,
  status,
  note,
});
const anyPlan = array(
  record({
    title: constantFrom('A', 'B', 'C', 'D'),
    status: constantFrom(...planStepStatusSchema.options),
    note: option(constantFrom('n', 'm'), { nil: undefined }),
  }),
  { minLength: 1, maxLength: 8 },
);

describe('a plan', () => {
  it('that changes again and again: its events, applied by a reader, give the plan the next change starts from', () => {
    assert(
      property(array(anyPlan, { minLength: 1, maxLength: 6 }), (plans) => {
        let state = RUN;
        let plan: readonly PlanStep[] = [];
        for (const wanted of plans) {
          const { events, next } = planChanges(plan, wanted, 'run');
          state = applied(state, events);
          expect(withoutNotes(planOf(state))).toEqual(withoutNotes(next));
          expect(next.map(({ index }) => index)).toEqual(next.map((_, index) => index));
          expect(new Set(next.map(({ stepId }) => stepId)).size).toBe(next.length);
          // Everything wanted is there as wanted; whatever was left out does not look as if it still ran.
          const left = [...next];
          for (const { title, status } of wanted) {
            const found = left.findIndex((item) => item.title === title && item.status === status);
            expect(found).not.toBe(-1);
            left.splice(found, 1);
          }
          expect(left.some(({ status }) => status === 'pending' || status === 'running')).toBe(false);
          plan = next;
        }
      }),
    );
  });

  it('says nothing when nothing changed', () => {
    const { next } = planChanges([], [step('A', 'running'), step('B')], 'run');
    expect(planChanges(next, [step('A', 'running'), step('B')], 'run').events).toEqual([]);
  });

  it('keeps a step’s identity while its title stays, and skips what is left out', () => {
    const { next: first } = planChanges([], [step('A', 'done'), step('B', 'running')], 'run');
    const { events, next } = planChanges(first, [step('A', 'done'), step('C', 'running', 'instead')], 'run');
    expect(next).toMatchObject([
      { stepId: 'plan-1', title: 'A', status: 'done' },
      { stepId: 'plan-2', title: 'B', status: 'skipped' },
      { stepId: 'plan-3', title: 'C', status: 'running' },
    ]);
    expect(events.map(({ type }) => type)).toEqual(['plan_step', 'plan_step_update', 'plan_step_update']);
  });
});
