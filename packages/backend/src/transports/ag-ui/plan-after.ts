import type { PlanStep, RunEvent } from '@aura/contract';

type PlanEvent = Extract<RunEvent, { type: 'plan_step' | 'plan_step_update' }>;

/** The plan with one more of its events. */
export function planAfter(plan: readonly PlanStep[], event: PlanEvent): PlanStep[] {
  if (event.type === 'plan_step') return [...plan, event.data];
  const { stepId, status, note } = event.data;
  return plan.map((step) =>
    step.stepId === stepId ? { ...step, status, ...(note !== undefined && { note }) } : step,
  );
}
