import type { StepData } from '../../db/step-data.ts';

const SAME_CALL_LIMIT = 3;
const STALE_STEPS_LIMIT = 5;

/**
 * Whether an agent goes round in circles: the same call with the same result for the third time, or five calls in a row
 * of which each brought what an earlier one had brought. A call whose result changes (a clock, a poll) is no loop.
 */
export function findLoop(steps: readonly StepData[]): boolean {
  const argsOf = new Map(
    steps.flatMap((step) =>
      step.kind === 'model' ? step.toolCalls.map((call) => [call.id, call.argsText] as const) : [],
    ),
  );
  const seen = new Map<string, number>();
  let stale = 0;
  let times = 0;
  for (const step of steps) {
    if (step.kind !== 'tool') continue;
    const key = JSON.stringify([step.toolName, argsOf.get(step.toolCallId), step.result]);
    times = (seen.get(key) ?? 0) + 1;
    seen.set(key, times);
    stale = times > 1 ? stale + 1 : 0;
    if (times >= SAME_CALL_LIMIT || stale >= STALE_STEPS_LIMIT) return true;
  }
  return false;
}
