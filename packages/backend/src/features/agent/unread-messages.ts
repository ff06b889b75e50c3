import type { Kysely } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { StepData } from '../../db/step-data.ts';
import type { RunRow } from './run-store.ts';

type MessageStep = Extract<StepData, { kind: 'message' }>;

/** What the user has said to steer a run and the model has not been told yet, oldest first. */
export async function unreadMessages(
  db: Kysely<Schema>,
  run: Pick<RunRow, 'id' | 'tenantId' | 'conversationId' | 'messageId'>,
  steps: readonly StepData[],
): Promise<MessageStep[]> {
  const read = new Set(steps.flatMap((step) => (step.kind === 'message' ? [step.messageId] : [])));
  const rows = await db
    .selectFrom('messages')
    .select(['id', 'text'])
    .where('tenantId', '=', run.tenantId)
    .where('conversationId', '=', run.conversationId)
    .where('runId', '=', run.id)
    .where('role', '=', 'user')
    .where('id', '<>', run.messageId)
    .orderBy('seq')
    .execute();
  return rows
    .filter(({ id }) => !read.has(id))
    .map(({ id, text }) => ({ kind: 'message', messageId: id, text }));
}
