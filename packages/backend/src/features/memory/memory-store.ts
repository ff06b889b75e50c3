import { randomUUID } from 'node:crypto';
import type { Json } from '@aura/contract';
import { type ExpressionBuilder, type Kysely, type RawBuilder, type Selectable, sql } from 'kysely';
import { escapeLike } from '../../db/escape-like.ts';
import { jsonText } from '../../db/json-text.ts';
import type { Schema } from '../../db/schema.ts';
import { takeTurn } from '../../db/take-turn.ts';
import type { MemoryPlace } from './memory-place.ts';

export type MemoryRow = Selectable<Schema['memories']>;

export interface MemoryKey extends MemoryPlace {
  key: string;
}

/** An entry whose time has come is none, whether or not it has been swept. */
const isLive = (eb: ExpressionBuilder<Schema, 'memories'>) =>
  eb.or([eb('memories.expiresAt', 'is', null), eb('memories.expiresAt', '>', sql<Date>`clock_timestamp()`)]);

const livesAt = (db: Kysely<Schema>, { tenantId, ownerId, agent }: MemoryPlace) =>
  db
    .selectFrom('memories')
    .selectAll()
    .where('tenantId', '=', tenantId)
    .where('ownerId', '=', ownerId)
    .where('agent', '=', agent)
    .where(isLive);

export async function findMemory(db: Kysely<Schema>, at: MemoryKey): Promise<MemoryRow | undefined> {
  return await livesAt(db, at).where('key', '=', at.key).executeTakeFirst();
}

/** Entries in the order of their keys. */
export async function listMemoryRows(
  db: Kysely<Schema>,
  filter: MemoryPlace & { prefix: string; after: string | null; limit: number },
): Promise<MemoryRow[]> {
  let query = livesAt(db, filter);
  if (filter.prefix !== '') query = query.where('key', 'like', `${escapeLike(filter.prefix)}%`);
  if (filter.after !== null) query = query.where('key', '>', filter.after);
  return await query.orderBy('key').limit(filter.limit).execute();
}

/** Entries whose keys begin with `prefix`, those that changed last first. */
export async function listNewestMemoryRows(
  db: Kysely<Schema>,
  filter: MemoryPlace & { prefix: string; limit: number },
): Promise<MemoryRow[]> {
  return await livesAt(db, filter)
    .where('key', 'like', `${escapeLike(filter.prefix)}%`)
    .orderBy('updatedAt', 'desc')
    .orderBy('key')
    .limit(filter.limit)
    .execute();
}

/** Those who add entries for one owner do so one after the other, until their transactions end. */
export async function lockMemoryOwner(db: Kysely<Schema>, { ownerId }: MemoryPlace): Promise<void> {
  await takeTurn(db, `aura-memory:${ownerId}`);
}

/** How many entries the owner has besides this one: in all places, or those of this place that begin with `prefix`. */
export async function countOtherMemories(
  db: Kysely<Schema>,
  { tenantId, ownerId, agent, key, prefix }: MemoryKey & { prefix?: string },
): Promise<number> {
  let query = db
    .selectFrom('memories')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('tenantId', '=', tenantId)
    .where('ownerId', '=', ownerId)
    .where((eb) => eb.or([eb('agent', '<>', agent), eb('key', '<>', key)]))
    .where(isLive);
  if (prefix !== undefined) {
    query = query.where('agent', '=', agent).where('key', 'like', `${escapeLike(prefix)}%`);
  }
  return (await query.executeTakeFirstOrThrow()).count;
}

export interface NewMemory {
  value: Json;
  ttlSeconds?: number | undefined;
}

/** The same moment wherever a statement names it, unlike the clock itself. */
const now = sql<Date>`date_trunc('milliseconds', statement_timestamp())`;

const written = ({ value, ttlSeconds }: NewMemory) => ({
  value: jsonText(value),
  version: randomUUID(),
  expiresAt: ttlSeconds === undefined ? null : expiryAfter(ttlSeconds),
  updatedAt: now,
});

const expiryAfter = (seconds: number): RawBuilder<Date> =>
  sql<Date>`${now} + make_interval(secs => ${seconds})`;

/** Replaces an entry that is there, at this version when one is given; undefined when there is no such entry. */
export async function replaceMemory(
  db: Kysely<Schema>,
  { key, tenantId, ownerId, agent }: MemoryKey,
  { version, ...entry }: NewMemory & { version?: string | undefined },
): Promise<MemoryRow | undefined> {
  let query = db
    .updateTable('memories')
    .set(written(entry))
    .where('tenantId', '=', tenantId)
    .where('ownerId', '=', ownerId)
    .where('agent', '=', agent)
    .where('key', '=', key)
    .where(isLive);
  if (version !== undefined) query = query.where('version', '=', version);
  return await query.returningAll().executeTakeFirst();
}

/**
 * Adds an entry: in the place of one that has expired, or of any that is there by now; undefined when there is one that
 * it may not replace.
 */
export async function insertMemory(
  db: Kysely<Schema>,
  { key, tenantId, ownerId, agent }: MemoryKey,
  { replaces, ...entry }: NewMemory & { replaces: 'expired' | 'any' },
): Promise<MemoryRow | undefined> {
  const row = { ...written(entry), createdAt: now };
  return await db
    .insertInto('memories')
    .values({ key, tenantId, ownerId, agent, ...row })
    .onConflict((conflict) => {
      const update = conflict.columns(['tenantId', 'ownerId', 'agent', 'key']).doUpdateSet(row);
      return replaces === 'any'
        ? update
        : update.where('memories.expiresAt', '<=', sql<Date>`clock_timestamp()`);
    })
    .returningAll()
    .executeTakeFirst();
}

/** Takes an entry away, at this version when one is given; false when there is no such entry. */
export async function deleteMemoryRow(
  db: Kysely<Schema>,
  { key, tenantId, ownerId, agent }: MemoryKey,
  version: string | undefined,
): Promise<boolean> {
  let query = db
    .deleteFrom('memories')
    .where('tenantId', '=', tenantId)
    .where('ownerId', '=', ownerId)
    .where('agent', '=', agent)
    .where('key', '=', key)
    .where(isLive);
  if (version !== undefined) query = query.where('version', '=', version);
  return (await query.returning('key').executeTakeFirst()) !== undefined;
}
