import type { Kysely } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { StepData } from '../../db/step-data.ts';
import { readRunEvents } from '../agent/read-run-events.ts';
import type { RunRow } from './checkpoint-store.ts';

/**
 * Where in the log each step of a run was finished: after that place and up to the next one lies the next step alone.
 * Steps do not carry it, so it is read from the events that were stored with them.
 */
export async function stepPlaces(
  db: Kysely<Schema>,
  run: RunRow,
  steps: readonly StepData[],
): Promise<number[]> {
  const ends = new Map<string, number>();
  for (const event of await readRunEvents(db, run, ['timeline_step_update', 'tool_execution'])) {
    if (event.type === 'timeline_step_update') ends.set(event.data.stepId, event.seq);
    if (event.type === 'tool_execution') ends.set(callKey(event.data.toolCallId), event.seq);
  }
  const said = await db
    .selectFrom('messages')
    .select(['id', 'seq'])
    .where('tenantId', '=', run.tenantId)
    .where('conversationId', '=', run.conversationId)
    .where('runId', '=', run.id)
    .execute();
  for (const { id, seq } of said) ends.set(messageKey(id), seq);
  let place = run.firstSeq ?? 0;
  return steps.map((step, index) => {
    // A message may have been said before the step was finished that it was read after.
    place = Math.max(place, ends.get(keyOf(step, index)) ?? 0);
    return place;
  });
}

const callKey = (id: string): string => `call ${id}`;
const messageKey = (id: string): string => `message ${id}`;

function keyOf(step: StepData, index: number): string {
  switch (step.kind) {
    case 'model':
      return `step-${index + 1}`;
    case 'tool':
      return callKey(step.toolCallId);
    case 'message':
      return messageKey(step.messageId);
  }
}
