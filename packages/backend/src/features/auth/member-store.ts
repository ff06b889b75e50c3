import type { Role } from '@aura/contract';
import { type Kysely, sql, type SqlBool } from 'kysely';
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
  const id = await tenantIdOf(db, 'default');
  if (id === undefined) throw new Error('there is no default tenant');
  return id;
}

export async function tenantIdOf(db: Db, slug: string): Promise<string | undefined> {
  const row = await db.selectFrom('tenants').select('id').where('slug', '=', slug).executeTakeFirst();
  return row?.id;
}

/** The tenant a user joined first. */
export async function firstTenantId(db: Db, userId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('memberships')
    .select('tenantId')
    .where('userId', '=', userId)
    .where('removedAt', 'is', null)
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
    .where('m.removedAt', 'is', null)
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
    .where('m.removedAt', 'is', null)
    .orderBy('m.createdAt')
    .orderBy('m.tenantId')
    .execute();
}

export interface MemberRow {
  userId: string;
  email: string;
  nickname: string | null;
  role: Role;
  isActive: boolean;
  createdAt: Date;
}

/** By when they joined, to the millisecond. */
export async function listMemberRows(
  db: Db,
  list: { tenantId: string; after: { joinedAt: string; userId: string } | null; limit: number },
): Promise<MemberRow[]> {
  const joinedAt = sql<Date>`date_trunc('milliseconds', m.created_at)`;
  const { tenantId, after, limit } = list;
  return await db
    .selectFrom('memberships as m')
    .innerJoin('users as u', 'u.id', 'm.userId')
    .select(['m.userId', 'u.email', 'u.nickname', 'm.role', 'u.isActive', joinedAt.as('createdAt')])
    .where('m.tenantId', '=', tenantId)
    .where('m.removedAt', 'is', null)
    .$if(after !== null, (query) =>
      query.where(
        sql<SqlBool>`(${joinedAt}, m.user_id) > (${after?.joinedAt}::timestamptz, ${after?.userId}::uuid)`,
      ),
    )
    .orderBy(joinedAt)
    .orderBy('m.userId')
    .limit(limit)
    .execute();
}

export async function isMemberByEmail(
  db: Db,
  { tenantId, email }: { tenantId: string; email: string },
): Promise<boolean> {
  const row = await db
    .selectFrom('memberships as m')
    .innerJoin('users as u', 'u.id', 'm.userId')
    .select('m.userId')
    .where('m.tenantId', '=', tenantId)
    .where('m.removedAt', 'is', null)
    .where(sql<string>`lower(u.email)`, '=', email)
    .executeTakeFirst();
  return row !== undefined;
}

/** Of the tenant's, those who can sign in. */
export async function countAdmins(db: Db, tenantId: string): Promise<number> {
  const { count } = await db
    .selectFrom('memberships as m')
    .innerJoin('users as u', 'u.id', 'm.userId')
    .select(sql<number>`count(*)::int`.as('count'))
    .where('m.tenantId', '=', tenantId)
    .where('m.role', '=', 'admin')
    .where('m.removedAt', 'is', null)
    .where('u.isActive', '=', true)
    .executeTakeFirstOrThrow();
  return count;
}

export async function setRole(db: Db, { tenantId, userId, role }: Member & { role: Role }): Promise<void> {
  await membershipRow(db, { tenantId, userId }).set({ role }).execute();
}

export async function markRemoved(db: Db, member: Member): Promise<void> {
  await membershipRow(db, member)
    .set({ removedAt: sql<Date>`clock_timestamp()` })
    .execute();
}

/** Answers false for who was never a member. */
export async function readmit(db: Db, { tenantId, userId, role }: Member & { role: Role }): Promise<boolean> {
  const row = await membershipRow(db, { tenantId, userId })
    .set({ role, removedAt: null })
    .returning('userId')
    .executeTakeFirst();
  return row !== undefined;
}

function membershipRow(db: Db, { tenantId, userId }: Member) {
  return db.updateTable('memberships').where('tenantId', '=', tenantId).where('userId', '=', userId);
}
