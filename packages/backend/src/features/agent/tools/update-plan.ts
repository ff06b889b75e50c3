import { type PlanStep, planStepStatusSchema, type RunEvent } from '@aura/contract';
import { z } from 'zod';
import type { Unplaced } from '../../../realtime/event.ts';
import { defineTool } from '../tool.ts';

const stepSchema = z.object({
  title: z.string().trim().min(1).max(200),
  status: planStepStatusSchema.default('pending'),
  note: z.string().max(500).optional(),
});

export const updatePlan = defineTool({
  name: 'update_plan',
  description:
    'Shows the user the steps you plan to take and how far each has come. Give all steps every time, in order.',
  risk: 'read',
  repeat: 'pure',
  input: z.object({ steps: z.array(stepSchema).min(1).max(30) }),
  run({ plan, runId }, { steps }) {
    const { events, next } = planChanges(plan, steps, runId);
    return {
      result: { steps: next.map(({ stepId, title, status }) => ({ stepId, title, status })) },
      events,
    };
  },
});

/** The events that lead from one plan to the next. A step keeps its identity while its title stays; one left out is skipped. */
export function planChanges(
  plan: readonly PlanStep[],
  steps: readonly z.output<typeof stepSchema>[],
  runId: string,
): { events: Unplaced<RunEvent>[]; next: PlanStep[] } {
  const events: Unplaced<RunEvent>[] = [];
  const next = plan.map((step) => ({ ...step }));
  const set = (step: PlanStep, status: PlanStep['status'], note?: string): void => {
    if (step.status === status && note === undefined) return;
    step.status = status;
    events.push({
      type: 'plan_step_update',
      runId,
      data: { stepId: step.stepId, status, ...(note === undefined ? {} : { note }) },
    });
  };
  const kept = new Set<PlanStep>();
  for (const wanted of steps) {
    let step = next.find((candidate) => candidate.title === wanted.title && !kept.has(candidate));
    if (step === undefined) {
      const index = next.length;
      step = { stepId: `plan-${index + 1}`, index, title: wanted.title, status: 'pending' };
      next.push(step);
      events.push({
        type: 'plan_step',
        runId,
        data: { stepId: step.stepId, index, title: step.title, status: 'pending' },
      });
    }
    kept.add(step);
    set(step, wanted.status, wanted.note);
  }
  for (const step of next) {
    if (!kept.has(step) && (step.status === 'pending' || step.status === 'running')) set(step, 'skipped');
  }
  return { events, next };
}
