import type { ApprovalView } from '@aura/contract';
import type { Kysely } from 'kysely';
import type { Caller } from '../../context.ts';
import type { Schema } from '../../db/schema.ts';
import { redactFor } from '../chat/redact-for.ts';
import { roomStandings } from '../chat/room-standing.ts';
import type { ApprovalRow } from './approval-store.ts';
import { approvalView } from './approval-view.ts';

/** Approvals that the caller may see, with as much of each as the caller may. */
export async function seenApprovals(
  db: Kysely<Schema>,
  { tenantId, userId, role }: Pick<Caller, 'tenantId' | 'userId' | 'role'>,
  rows: readonly ApprovalRow[],
): Promise<ApprovalView[]> {
  const conversationIds = rows.map(({ conversationId }) => conversationId);
  const rooms = await roomStandings(db, { tenantId, userId, conversationIds });
  return rows.map((row) => {
    const room = rooms.get(row.conversationId) ?? null;
    return redactFor({ userId, role, room }).approval(approvalView(row));
  });
}
