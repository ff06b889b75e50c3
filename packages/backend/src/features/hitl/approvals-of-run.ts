import type { Kysely } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { ApprovalRow } from './approval-store.ts';

export type { ApprovalRow };

/** All that was asked about calls of a run, oldest first. */
export async function approvalsOfRun(
  db: Kysely<Schema>,
  run: { id: string; tenantId: string },
): Promise<ApprovalRow[]> {
  return await db
    .selectFrom('approvals')
    .selectAll()
    .where('tenantId', '=', run.tenantId)
    .where('runId', '=', run.id)
    .orderBy('createdAt')
    .orderBy('id')
    .execute();
}
