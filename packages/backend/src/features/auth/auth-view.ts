import type {
  ApiKeyView,
  IdentityView,
  InvitationView,
  MemberView,
  SessionView,
  UserView,
} from '@aura/contract';
import type { ApiKeyRow } from './api-key-store.ts';
import type { InvitationRow } from './invitation-store.ts';
import type { MemberRow, MembershipRow, UserRow } from './member-store.ts';
import type { SessionRow } from './session-store.ts';

function userView(user: UserRow): UserView {
  return { ...user, createdAt: user.createdAt.toISOString() };
}

/** Undefined when the user is not (or no longer) a member of the tenant that the session is in. */
export function identityView(
  user: UserRow,
  memberships: readonly MembershipRow[],
  session: { id: string; tenantId: string },
): IdentityView | undefined {
  const current = memberships.find((membership) => membership.tenantId === session.tenantId);
  if (current === undefined) return undefined;
  return { user: userView(user), ...current, sessionId: session.id, memberships: [...memberships] };
}

export function sessionView(
  { id, createdAt, lastUsedAt, endsAt, userAgent, address }: SessionRow,
  currentId: string,
): SessionView {
  return {
    id,
    createdAt: createdAt.toISOString(),
    lastUsedAt: lastUsedAt.toISOString(),
    expiresAt: endsAt.toISOString(),
    userAgent,
    address,
    isCurrent: id === currentId,
  };
}

export function apiKeyView({ id, name, scopes, createdAt, lastUsedAt, expiresAt }: ApiKeyRow): ApiKeyView {
  return {
    id,
    name,
    scopes,
    createdAt: createdAt.toISOString(),
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
    expiresAt: expiresAt.toISOString(),
  };
}

export function memberView({ createdAt, ...member }: MemberRow): MemberView {
  return { ...member, joinedAt: createdAt.toISOString() };
}

export function invitationView({ createdAt, expiresAt, ...invitation }: InvitationRow): InvitationView {
  return { ...invitation, createdAt: createdAt.toISOString(), expiresAt: expiresAt.toISOString() };
}
