import type { AccountEvent, Approvers, ApprovalView, Role } from '@aura/contract';
import type { Kysely } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { Append } from '../../realtime/append.ts';
import type { Unplaced } from '../../realtime/event.ts';
import { redactFor } from '../chat/redact-for.ts';
import { isAsked } from '../chat/room-deciders.ts';
import type { Viewer } from '../chat/room-standing.ts';
import { maySee } from './approval-policy.ts';

/** Admins, or members of a room, beyond this many find an approval in `hitl.list`, but not live. */
const MAX_RECIPIENTS = 200;

/**
 * What the inboxes are told of approvals that were made or changed, for the caller to append in the same transaction:
 * to everybody who may decide, to whoever's run it is, and to `formerly`: those who might until now. Everybody is told as
 * much as they may see; those who have left the room, nothing.
 */
export async function approvalNotices(
  db: Kysely<Schema>,
  tenantId: string,
  approvals: readonly ApprovalView[],
  formerly?: Approvers,
): Promise<Append[]> {
  const notices: Append[] = [];
  for (const approval of approvals) {
    const { userId } = approval;
    const wereAsked = (viewer: Viewer): boolean =>
      formerly !== undefined && isAsked(viewer, { userId, approvers: formerly });
    for (const { streamId, ...viewer } of await membersToTell(db, { tenantId, approval, formerly })) {
      if (!maySee(approval, viewer) && !wereAsked(viewer)) continue;
      const seen = redactFor(viewer).approval(approval);
      const event: Unplaced<AccountEvent> = {
        type: 'approval_changed',
        data: { approval: seen, mayDecide: isAsked(viewer, approval) },
      };
      notices.push({ streamId, events: [event] });
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
): Promise<(Viewer & { streamId: string })[]> {
  const all = formerly === undefined ? [approval.approvers] : [approval.approvers, formerly];
  const named = all.flatMap((approvers) => (approvers.kind === 'users' ? approvers.userIds : []));
  const userIds = [...new Set([approval.userId, ...named])];
  const roles = all.flatMap((approvers): Role[] =>
    approvers.kind === 'role' ? [approvers.role, 'admin'] : [],
  );
  const roomRoles = all.flatMap((approvers) => (approvers.kind === 'room' ? ROOM_ROLES[approvers.who] : []));
  const rows = await db
    .selectFrom('memberships')
    .leftJoin('rooms', (join) => join.on('rooms.id', '=', approval.conversationId))
    .leftJoin('roomMembers', (join) =>
      join
        .onRef('roomMembers.roomId', '=', 'rooms.id')
        .onRef('roomMembers.userId', '=', 'memberships.userId'),
    )
    .select(['memberships.userId', 'memberships.role', 'streamId'])
    .select(['rooms.deciders', 'rooms.hidesArgs', 'roomMembers.role as roomRole'])
    .where('memberships.tenantId', '=', tenantId)
    .where('memberships.removedAt', 'is', null)
    .where((eb) =>
      eb.or([
        eb('memberships.userId', 'in', userIds),
        ...(roles.length > 0 ? [eb('memberships.role', 'in', roles)] : []),
        ...(roomRoles.length > 0 ? [eb('roomMembers.role', 'in', roomRoles)] : []),
      ]),
    )
    .orderBy((eb) => eb('memberships.userId', 'in', userIds), 'desc')
    .limit(MAX_RECIPIENTS)
    .execute();
  return rows.map(({ deciders, hidesArgs, roomRole, ...member }) => ({
    ...member,
    room: deciders === null || hidesArgs === null ? null : { deciders, hidesArgs, role: roomRole },
  }));
}

const ROOM_ROLES = {
  members: ['owner', 'moderator', 'member'],
  moderators: ['owner', 'moderator'],
} as const;
