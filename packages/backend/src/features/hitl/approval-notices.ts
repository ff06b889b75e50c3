import { type AccountEvent, type Approvers, type ApprovalView, isApprover, type Role } from '@aura/contract';
import type { Kysely } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { Append } from '../../realtime/append.ts';
import type { Unplaced } from '../../realtime/event.ts';

/** Admins beyond this many of a tenant find an approval in `hitl.list`, but not live. */
const MAX_RECIPIENTS = 200;

/**
 * What the inboxes are told of approvals that were made or changed, for the caller to append in the same transaction:
 * to everybody who may decide, to whoever's run it is, and to `formerly`: those who might until now.
 */
export async function approvalNotices(
  db: Kysely<Schema>,
  tenantId: string,
  approvals: readonly ApprovalView[],
  formerly?: Approvers,
): Promise<Append[]> {
  const notices: Append[] = [];
  for (const approval of approvals) {
    for (const member of await membersToTell(db, { tenantId, approval, formerly })) {
      const event: Unplaced<AccountEvent> = {
        type: 'approval_changed',
        data: { approval, mayDecide: isApprover(approval, member) },
      };
      notices.push({ streamId: member.streamId, events: [event] });
    }
  }
  return notices;
}

async function membersToTell(
  db: Kysely<Schema>,
  {
    tenantId,
    approval,
    formerly,
  }: { tenantId: string; approval: ApprovalView; formerly: Approvers | undefined },
): Promise<{ userId: string; role: Role; streamId: string }[]> {
  const all = formerly === undefined ? [approval.approvers] : [approval.approvers, formerly];
  const named = all.flatMap((approvers) => (approvers.kind === 'users' ? approvers.userIds : []));
  const userIds = [...new Set([approval.userId, ...named])];
  const roles = all.flatMap((approvers): Role[] =>
    approvers.kind === 'role' ? [approvers.role, 'admin'] : [],
  );
  return await db
    .selectFrom('memberships')
    .select(['userId', 'role', 'streamId'])
    .where('tenantId', '=', tenantId)
    .where('removedAt', 'is', null)
    .where((eb) =>
      eb.or([eb('userId', 'in', userIds), ...(roles.length > 0 ? [eb('role', 'in', roles)] : [])]),
    )
    .orderBy((eb) => eb('userId', 'in', userIds), 'desc')
    .limit(MAX_RECIPIENTS)
    .execute();
}
