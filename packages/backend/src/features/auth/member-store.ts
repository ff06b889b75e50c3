import type { Role } from '@aura/contract';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';

type Db = Kysely<Schema>;

export interface Member {
  tenantId: string;
  userId: string;
}

/** The one form in which addresses are stored, searched and counted against: it decides whether two are the same. */
export function normalizeEmail(email: string): string {
  return email.trim().toLowerCase();
}

export interface LoginRow {
  id: string;
  passwordHash: string | null;
  isActive: boolean;
}

export async function userByEmail(db: Db, email: string): Promise<LoginRow | undefined> {
  return await db
    .selectFrom('users')
    .select(['id', 'passwordHash', 'isActive'])
    .where(sql<string>`lower(email)`, '=', email)
    .executeTakeFirst();
}

/** Answers false when the address is taken: the unique index decides, however many register it at once. */
export async function insertUser(
  db: Db,
  user: {
    id: string;
    email: string;
    passwordHash: string | null;
    nickname: string | null;
    pictureUrl?: string | null;
    tier?: string;
  },
): Promise<boolean> {
  const row = await db
    .insertInto('users')
    .values(user)
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

export async function insertMembership(
  db: Db,
  membership: Member & { role: Role; streamId: string },
): Promise<void> {
  await db.insertInto('memberships').values(membership).execute();
}

/** Stores the same password hashed anew, unless it was changed in the meantime. */
export async function replaceHash(
  db: Db,
  change: { userId: string; from: string; to: string },
): Promise<void> {
  await db
    .updateTable('users')
    .set({ passwordHash: change.to })
    .where('id', '=', change.userId)
    .where('passwordHash', '=', change.from)
    .execute();
}

export async function defaultTenantId(db: Db): Promise<string> {
  const { id } = await db
    .selectFrom('tenants')
    .select('id')
    .where('slug', '=', 'default')
    .executeTakeFirstOrThrow();
  return id;
}

/** The tenant a user joined first. */
export async function firstTenantId(db: Db, userId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('memberships')
    .select('tenantId')
    .where('userId', '=', userId)
    .orderBy('createdAt')
    .orderBy('tenantId')
    .limit(1)
    .executeTakeFirst();
  return row?.tenantId;
}

/**
 * A member as it stays until this transaction ends: whoever deactivates the user or removes the membership waits, and
 * then finds the session that was made meanwhile. Undefined when the user is no member.
 */
export async function lockMember(
  db: Db,
  { tenantId, userId }: Member,
): Promise<{ role: Role; isActive: boolean } | undefined> {
  return await db
    .selectFrom('memberships as m')
    .innerJoin('users as u', 'u.id', 'm.userId')
    .select(['m.role', 'u.isActive'])
    .where('m.tenantId', '=', tenantId)
    .where('m.userId', '=', userId)
    .forShare()
    .executeTakeFirst();
}

export interface UserRow {
  id: string;
  email: string;
  nickname: string | null;
  pictureUrl: string | null;
  tier: string;
  createdAt: Date;
}

export async function userById(db: Db, id: string): Promise<UserRow | undefined> {
  return await db
    .selectFrom('users')
    .select(['id', 'email', 'nickname', 'pictureUrl', 'tier', 'createdAt'])
    .where('id', '=', id)
    .executeTakeFirst();
}

export interface MembershipRow {
  tenantId: string;
  tenantName: string;
  role: Role;
}

/** Every tenant of a user, the one joined first first. */
export async function membershipsOf(db: Db, userId: string): Promise<MembershipRow[]> {
  return await db
    .selectFrom('memberships as m')
    .innerJoin('tenants as t', 't.id', 'm.tenantId')
    .select(['m.tenantId', 't.name as tenantName', 'm.role'])
    .where('m.userId', '=', userId)
    .orderBy('m.createdAt')
    .orderBy('m.tenantId')
    .execute();
}
