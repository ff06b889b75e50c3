import type { JsonObject } from '@aura/contract';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';

type Db = Kysely<Schema>;

export interface AuditRow {
  id: number;
  at: Date;
  actorId: string | null;
  action: string;
  subject: string | null;
  data: JsonObject;
  address: string | null;
  requestId: string | null;
}

/** The tenant's entries before `before`, the newest first. */
export async function listAuditRows(
  db: Db,
  list: {
    tenantId: string;
    before: number | null;
    limit: number;
    filter: { action?: string | undefined; actorId?: string | undefined; subject?: string | undefined };
  },
): Promise<AuditRow[]> {
  const { action, actorId, subject } = list.filter;
  let query = db
    .selectFrom('auditLog')
    .select(['id', 'at', 'actorId', 'action', 'subject', 'data', 'address', 'requestId'])
    .where('tenantId', '=', list.tenantId);
  if (list.before !== null) query = query.where('id', '<', list.before);
  if (action !== undefined) query = query.where('action', '=', action);
  if (actorId !== undefined) query = query.where('actorId', '=', actorId);
  if (subject !== undefined) query = query.where('subject', '=', subject);
  return await query.orderBy('id', 'desc').limit(list.limit).execute();
}

/** An entry in the one spelling that is hashed: no time zone, no number format and no driver has a say in it. */
export interface SealedText {
  entryId: number;
  text: string;
}

const spelling = sql<string>`jsonb_build_array(a.tenant_id, a.id, (extract(epoch from a.at) * 1000000)::bigint, a.actor_id,
  a.action, a.subject, a.data, a.address, a.request_id)::text`;

/** Tenants with entries that are in no chain yet. */
export async function tenantsToSeal(db: Db, limit: number): Promise<string[]> {
  const rows = await db.selectFrom('auditUnsealed').select('tenantId').distinct().limit(limit).execute();
  return rows.map(({ tenantId }) => tenantId);
}

/** Entries that are in no chain yet, the oldest first. */
export async function unsealedEntries(
  db: Db,
  { tenantId, limit }: { tenantId: string; limit: number },
): Promise<SealedText[]> {
  return await db
    .selectFrom('auditUnsealed as n')
    .innerJoin('auditLog as a', 'a.id', 'n.entryId')
    .select(['n.entryId', spelling.as('text')])
    .where('n.tenantId', '=', tenantId)
    .orderBy('n.entryId')
    .limit(limit)
    .execute();
}

export interface ChainLink {
  seq: number;
  entryId: number;
  hash: Uint8Array;
}

export async function lastLink(db: Db, tenantId: string): Promise<ChainLink | undefined> {
  return await db
    .selectFrom('auditChain')
    .select(['seq', 'entryId', 'hash'])
    .where('tenantId', '=', tenantId)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** Adds links and takes their entries off the list of those without. */
export async function addLinks(
  db: Db,
  { tenantId, links }: { tenantId: string; links: readonly ChainLink[] },
): Promise<void> {
  await db
    .insertInto('auditChain')
    .values(links.map((link) => ({ tenantId, ...link })))
    .execute();
  const ids = links.map(({ entryId }) => entryId);
  await db
    .deleteFrom('auditUnsealed')
    .where('entryId', '=', sql<number>`any(${ids}::bigint[])`)
    .execute();
}

/** Links after `seq` with the entries they are for, as these are now; `text` is null for one that is gone. */
export async function linksAfter(
  db: Db,
  { tenantId, seq, limit }: { tenantId: string; seq: number; limit: number },
): Promise<(ChainLink & { text: string | null })[]> {
  return await db
    .selectFrom('auditChain as c')
    .leftJoin('auditLog as a', 'a.id', 'c.entryId')
    .select(['c.seq', 'c.entryId', 'c.hash'])
    .select(sql<string | null>`case when a.id is null then null else ${spelling} end`.as('text'))
    .where('c.tenantId', '=', tenantId)
    .where('c.seq', '>', seq)
    .orderBy('c.seq')
    .limit(limit)
    .execute();
}

/** An entry that is neither in the chain nor noted for it; undefined when there is none. */
export async function findUnchained(db: Db, tenantId: string): Promise<number | undefined> {
  const row = await db
    .selectFrom('auditLog as a')
    .select('a.id')
    .where('a.tenantId', '=', tenantId)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('auditChain as c').select('c.seq').whereRef('c.entryId', '=', 'a.id'))),
    )
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('auditUnsealed as n').select('n.entryId').whereRef('n.entryId', '=', 'a.id'))),
    )
    .orderBy('a.id')
    .limit(1)
    .executeTakeFirst();
  return row?.id;
}
