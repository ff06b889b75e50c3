import { INVITATION_LIMITS, type Role } from '@aura/contract';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';

type Db = Kysely<Schema>;

const VIEW = ['id', 'email', 'role', 'invitedBy', 'createdAt', 'expiresAt'] as const;
const isPending = sql<boolean>`(ended_at is null and expires_at > clock_timestamp())`;
const now = sql<Date>`clock_timestamp()`;

export interface InvitationRow {
  id: string;
  email: string;
  role: Role;
  invitedBy: string;
  createdAt: Date;
  expiresAt: Date;
}

export interface NewInvitation {
  id: string;
  tenantId: string;
  email: string;
  role: Role;
  hash: Uint8Array;
  invitedBy: string;
  expiresInDays: number;
}

/** Takes the place of one for the same address. Call it in the tenant's turn. */
export async function replaceInvitation(
  db: Db,
  { expiresInDays, ...invitation }: NewInvitation,
): Promise<InvitationRow> {
  await db
    .updateTable('invitations')
    .set({ endedAt: now })
    .where('tenantId', '=', invitation.tenantId)
    .where('email', '=', invitation.email)
    .where('endedAt', 'is', null)
    .execute();
  return await db
    .insertInto('invitations')
    .values({ ...invitation, expiresAt: sql<Date>`clock_timestamp() + ${expiresInDays} * interval '1 day'` })
    .returning(VIEW)
    .executeTakeFirstOrThrow();
}

/** The newest first; there are never more than may be pending. */
export async function pendingInvitations(db: Db, tenantId: string): Promise<InvitationRow[]> {
  return await db
    .selectFrom('invitations')
    .select(VIEW)
    .where('tenantId', '=', tenantId)
    .where(isPending)
    .orderBy('createdAt', 'desc')
    .orderBy('id')
    .limit(INVITATION_LIMITS.pendingPerTenant)
    .execute();
}

/** Answers false when none of the tenant's is pending under that id. */
export async function endInvitation(db: Db, invitation: { id: string; tenantId: string }): Promise<boolean> {
  const row = await db
    .updateTable('invitations')
    .set({ endedAt: now })
    .where('id', '=', invitation.id)
    .where('tenantId', '=', invitation.tenantId)
    .where('endedAt', 'is', null)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

export interface PendingInvitation {
  id: string;
  tenantId: string;
  email: string;
  role: Role;
  hash: Uint8Array;
}

/** Locks an invitation that may still be accepted; undefined when there is none under that id. */
export async function lockInvitation(db: Db, id: string): Promise<PendingInvitation | undefined> {
  return await db
    .selectFrom('invitations')
    .select(['id', 'tenantId', 'email', 'role', 'hash'])
    .where('id', '=', id)
    .where(isPending)
    .forUpdate()
    .executeTakeFirst();
}

/** Call it with the invitation locked. */
export async function noteAccepted(db: Db, { id, userId }: { id: string; userId: string }): Promise<void> {
  await db
    .updateTable('invitations')
    .set({ endedAt: now, acceptedBy: userId })
    .where('id', '=', id)
    .execute();
}
