import type { Budgets } from '../../config.ts';
import type { StepData } from '../../db/step-data.ts';

/** Limits of a run that the configuration leaves out. Money and tokens: none. */
export const DEFAULT_BUDGETS: Budgets = {
  runSteps: 50,
  runToolCalls: 100,
  runActiveMs: 30 * 60_000,
  runOutputBytes: 4 * 1_024 * 1_024,
  runTokens: null,
  runCostMicros: null,
  userTokens: null,
  userCostMicros: null,
  tenantTokens: null,
  tenantCostMicros: null,
};

/** What a run has used of its own limits. */
export interface Spent {
  steps: readonly StepData[];
  activeMs: number;
}

/** Why the run may not take another step, in words for the user; null when it may. */
export function exceededBudget(budgets: Budgets, { steps, activeMs }: Spent): string | null {
  const taken = steps.filter(({ kind }) => kind !== 'message').length;
  if (taken >= budgets.runSteps) return `The agent stopped after ${budgets.runSteps} steps.`;
  const made = steps.filter(({ kind }) => kind === 'tool').length;
  // An answer that asks for more than is left has none of it: a thousand calls must not become a thousand questions.
  const wanted = steps.reduce((sum, step) => sum + (step.kind === 'model' ? step.toolCalls.length : 0), 0);
  if (made >= budgets.runToolCalls || wanted > budgets.runToolCalls) {
    return `The agent stopped after ${budgets.runToolCalls} tool calls.`;
  }
  if (outputBytes(steps) >= budgets.runOutputBytes) {
    return `The agent stopped after ${budgets.runOutputBytes} bytes of output.`;
  }
  if (activeMs >= budgets.runActiveMs) return outOfTime(budgets);
  return null;
}

export function outOfTime({ runActiveMs }: Budgets): string {
  return `The agent stopped after working for ${Math.round(runActiveMs / 1_000)} s.`;
}

function outputBytes(steps: readonly StepData[]): number {
  return steps.reduce((sum, step) => {
    if (step.kind !== 'model') return sum;
    const args = step.toolCalls.reduce((bytes, call) => bytes + Buffer.byteLength(call.argsText), 0);
    return sum + Buffer.byteLength(step.text) + args;
  }, 0);
}
