import type { ApiKeyScope, Role } from '@aura/contract';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { Member } from './member-store.ts';

type Db = Kysely<Schema>;

const VIEW = ['id', 'name', 'scopes', 'createdAt', 'lastUsedAt', 'expiresAt'] as const;
const isLive = sql<boolean>`(api_keys.revoked_at is null and api_keys.expires_at > clock_timestamp())`;
/** How exactly `last_used_at` is kept; more would be a write for every call. */
const isUseStale = sql<boolean>`(api_keys.last_used_at is null
  or api_keys.last_used_at < clock_timestamp() - interval '1 minute')`;

export interface ApiKeyRow {
  id: string;
  name: string;
  scopes: ApiKeyScope[];
  createdAt: Date;
  lastUsedAt: Date | null;
  expiresAt: Date;
}

/** Locks a membership for as long as its keys are counted and one is added. Undefined when the user is no member. */
export async function lockKeysOf(db: Db, { tenantId, userId }: Member): Promise<Role | undefined> {
  const row = await db
    .selectFrom('memberships')
    .select('role')
    .where('tenantId', '=', tenantId)
    .where('userId', '=', userId)
    .where('removedAt', 'is', null)
    .forNoKeyUpdate()
    .executeTakeFirst();
  return row?.role;
}

export interface NewApiKey extends Member {
  id: string;
  hash: Uint8Array;
  name: string;
  scopes: ApiKeyScope[];
  expiresInDays: number;
}

export async function insertApiKey(db: Db, { expiresInDays, ...key }: NewApiKey): Promise<ApiKeyRow> {
  return await db
    .insertInto('apiKeys')
    .values({ ...key, expiresAt: sql<Date>`clock_timestamp() + ${expiresInDays} * interval '1 day'` })
    .returning(VIEW)
    .executeTakeFirstOrThrow();
}

/** A member's keys that can be used, the newest first. */
export async function liveApiKeysOf(db: Db, { tenantId, userId }: Member): Promise<ApiKeyRow[]> {
  return await db
    .selectFrom('apiKeys')
    .select(VIEW)
    .where('tenantId', '=', tenantId)
    .where('userId', '=', userId)
    .where(isLive)
    .orderBy('createdAt', 'desc')
    .orderBy('id')
    .execute();
}

/** Answers false when there is no such key of the member's or it was revoked before. */
export async function revokeApiKeyRow(db: Db, key: Member & { id: string }): Promise<boolean> {
  const row = await db
    .updateTable('apiKeys')
    .set({ revokedAt: sql<Date>`clock_timestamp()` })
    .where('id', '=', key.id)
    .where('tenantId', '=', key.tenantId)
    .where('userId', '=', key.userId)
    .where('revokedAt', 'is', null)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** Ends all of a member's keys; answers which. */
export async function revokeApiKeysOf(db: Db, { tenantId, userId }: Member): Promise<string[]> {
  const rows = await db
    .updateTable('apiKeys')
    .set({ revokedAt: sql<Date>`clock_timestamp()` })
    .where('tenantId', '=', tenantId)
    .where('userId', '=', userId)
    .where('revokedAt', 'is', null)
    .returning('id')
    .execute();
  return rows.map(({ id }) => id);
}

/** True when the key is this member's, revoked or not. */
export async function isOwnApiKey(db: Db, key: Member & { id: string }): Promise<boolean> {
  const row = await db
    .selectFrom('apiKeys')
    .select('id')
    .where('id', '=', key.id)
    .where('tenantId', '=', key.tenantId)
    .where('userId', '=', key.userId)
    .executeTakeFirst();
  return row !== undefined;
}

export interface ApiKeyState extends Member {
  id: string;
  hash: Uint8Array;
  scopes: ApiKeyScope[];
  /** Of the member, now. */
  role: Role;
  expiresAt: Date;
  isUseStale: boolean;
}

/** A key that may be used by whoever knows its secret; undefined for one that ended or whose user was deactivated. */
export async function usableApiKey(db: Db, id: string): Promise<ApiKeyState | undefined> {
  return await usable(db)
    .select(['apiKeys.tenantId', 'apiKeys.userId', 'apiKeys.hash', 'apiKeys.expiresAt'])
    .select(isUseStale.as('isUseStale'))
    .where('apiKeys.id', '=', id)
    .executeTakeFirst();
}

export type ApiKeyStanding = Pick<ApiKeyState, 'id' | 'role' | 'scopes'>;

/** Those among the keys that may be used, with what they may do now. */
export async function standingOfApiKeys(db: Db, ids: readonly string[]): Promise<ApiKeyStanding[]> {
  return await usable(db)
    .where('apiKeys.id', '=', sql<string>`any(${[...ids]}::uuid[])`)
    .execute();
}

function usable(db: Db) {
  return db
    .selectFrom('apiKeys')
    .innerJoin('memberships as m', (join) =>
      join.onRef('m.tenantId', '=', 'apiKeys.tenantId').onRef('m.userId', '=', 'apiKeys.userId'),
    )
    .innerJoin('users as u', 'u.id', 'apiKeys.userId')
    .select(['apiKeys.id', 'apiKeys.scopes', 'm.role'])
    .where(isLive)
    .where('m.removedAt', 'is', null)
    .where('u.isActive', '=', true);
}

/** Notes that the keys are in use, unless that was noted within the last minute. */
export async function markApiKeysUsed(db: Db, ids: readonly string[]): Promise<void> {
  await db
    .updateTable('apiKeys')
    .set({ lastUsedAt: sql<Date>`clock_timestamp()` })
    .where('id', '=', sql<string>`any(${[...ids]}::uuid[])`)
    .where(isUseStale)
    .execute();
}
