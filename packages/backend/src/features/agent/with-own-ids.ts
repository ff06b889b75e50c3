import { randomUUID } from 'node:crypto';
import { storableText } from '../../db/json-text.ts';
import type { StepData, ToolCall } from '../../db/step-data.ts';

/**
 * `calls` with ids that no other call of the run has. Some providers number the calls of each answer from zero, or
 * leave the id out; results, keys and what readers see all go by it.
 */
export function withOwnIds(calls: readonly ToolCall[], steps: readonly StepData[]): ToolCall[] {
  const taken = new Set(
    steps.flatMap((step) => (step.kind === 'model' ? step.toolCalls.map((call) => call.id) : [])),
  );
  return calls.map((call) => {
    const given = storableText(call.id);
    const id = given === '' || taken.has(given) ? `call_${randomUUID().replaceAll('-', '')}` : given;
    taken.add(id);
    return { ...call, id };
  });
}
