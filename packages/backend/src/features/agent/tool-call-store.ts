import type { Insertable, Kysely } from 'kysely';
import { databaseNow } from '../../db/database-now.ts';
import type { Schema } from '../../db/schema.ts';
import type { RunRow } from './run-store.ts';

/** Notes that a call is about to be made: after a crash the row says that it was begun, and under which decision. */
export async function insertToolCall(
  db: Kysely<Schema>,
  call: Omit<Insertable<Schema['toolCalls']>, 'attempts' | 'startedAt'>,
): Promise<void> {
  const { approvalId, fence } = call;
  await db
    .insertInto('toolCalls')
    .values({ ...call, startedAt: databaseNow })
    .onConflict((conflict) =>
      conflict.columns(['runId', 'callId']).doUpdateSet((eb) => ({
        attempts: eb('toolCalls.attempts', '+', 1),
        approvalId,
        fence,
        startedAt: databaseNow,
      })),
    )
    .execute();
}

/** The calls of a run that were begun, each with the decision it was last begun under. */
export async function readBegunCalls(
  db: Kysely<Schema>,
  { id, tenantId }: Pick<RunRow, 'id' | 'tenantId'>,
): Promise<ReadonlyMap<string, { approvalId: string | null }>> {
  const rows = await db
    .selectFrom('toolCalls')
    .select(['callId', 'approvalId'])
    .where('tenantId', '=', tenantId)
    .where('runId', '=', id)
    .execute();
  return new Map(rows.map(({ callId, approvalId }) => [callId, { approvalId }]));
}
