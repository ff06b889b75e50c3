import { type Kysely, sql } from 'kysely';
import { jsonText } from '../../db/json-text.ts';
import type { Schema } from '../../db/schema.ts';
import { type Actor, actorSchema } from './actor.ts';

type Db = Kysely<Schema>;

/** Why a session ended, as kept in its row. */
export type EndReason =
  | 'logout'
  | 'logout_all'
  | 'revoked'
  | 'switched'
  | 'reused'
  | 'role_changed'
  | 'removed';

/** Sessions end after 30 days, and after 7 days without a refresh. */
const ABSOLUTE_LIFE = sql`interval '30 days'`;
const IDLE_LIFE = sql`interval '7 days'`;

const endsAt = sql<Date>`least(sessions.expires_at, sessions.last_used_at + ${IDLE_LIFE})`;
const isOver = sql<boolean>`(${endsAt} <= clock_timestamp())`;

export interface NewSession {
  id: string;
  tenantId: string;
  userId: string;
  refreshHash: Uint8Array;
  /** Null: the full life from now. */
  expiresAt: Date | null;
  userAgent: string | null;
  address: string | null;
  act?: Actor | undefined;
}

/** Answers when the refresh token ends unless it is used. */
export async function insertSession(db: Db, { act, ...session }: NewSession): Promise<{ endsAt: Date }> {
  return await db
    .insertInto('sessions')
    .values({
      ...session,
      act: act === undefined ? null : jsonText(act),
      generation: 1,
      expiresAt: session.expiresAt ?? sql<Date>`clock_timestamp() + ${ABSOLUTE_LIFE}`,
    })
    .returning(endsAt.as('endsAt'))
    .executeTakeFirstOrThrow();
}

export interface SessionState {
  id: string;
  tenantId: string;
  userId: string;
  generation: number;
  refreshHash: Uint8Array;
  revokedReason: string | null;
  isRevoked: boolean;
  isOver: boolean;
  /** Since the last rotation, on the database's clock. */
  rotatedAgoMs: number;
  endsAt: Date;
  expiresAt: Date;
  isUserActive: boolean;
  act: Actor | undefined;
}

/**
 * Locks a session and reads it with its user; undefined when there is none. Two statements on purpose: what the one
 * that waits for the lock computes may be from before the wait.
 */
export async function lockSession(db: Db, id: string): Promise<SessionState | undefined> {
  await db.selectFrom('sessions').select('id').where('id', '=', id).forUpdate().execute();
  const row = await db
    .selectFrom('sessions')
    .innerJoin('users as u', 'u.id', 'sessions.userId')
    .select([
      'sessions.id',
      'sessions.tenantId',
      'sessions.userId',
      'sessions.generation',
      'sessions.refreshHash',
      'sessions.revokedReason',
      'sessions.expiresAt',
      'sessions.act',
      'u.isActive as isUserActive',
    ])
    .select([
      sql<boolean>`sessions.revoked_at is not null`.as('isRevoked'),
      isOver.as('isOver'),
      sql<number>`(extract(epoch from clock_timestamp() - sessions.rotated_at) * 1000)::float8`.as(
        'rotatedAgoMs',
      ),
      endsAt.as('endsAt'),
    ])
    .where('sessions.id', '=', id)
    .executeTakeFirst();
  return row && { ...row, act: actorSchema.nullable().parse(row.act) ?? undefined };
}

/** Call with the session locked. */
export async function rotateSession(
  db: Db,
  id: string,
  next: { generation: number; refreshHash: Uint8Array },
): Promise<{ endsAt: Date }> {
  const now = sql<Date>`clock_timestamp()`;
  return await db
    .updateTable('sessions')
    .set({ ...next, rotatedAt: now, lastUsedAt: now })
    .where('sessions.id', '=', id)
    .returning(endsAt.as('endsAt'))
    .executeTakeFirstOrThrow();
}

/** Ends the live ones among them; answers which. */
export async function endSessionRows(
  db: Db,
  which: { userId: string; id?: string; tenantId?: string },
  reason: EndReason,
): Promise<string[]> {
  const rows = await db
    .updateTable('sessions')
    .set({ revokedAt: sql<Date>`clock_timestamp()`, revokedReason: reason })
    .where('userId', '=', which.userId)
    .$if(which.id !== undefined, (query) => query.where('id', '=', which.id ?? ''))
    .$if(which.tenantId !== undefined, (query) => query.where('tenantId', '=', which.tenantId ?? ''))
    .where('revokedAt', 'is', null)
    .returning('id')
    .execute();
  return rows.map((row) => row.id);
}

/** True when the session is this user's, ended or not. */
export async function isOwnSession(db: Db, session: { id: string; userId: string }): Promise<boolean> {
  const row = await db
    .selectFrom('sessions')
    .select('id')
    .where('id', '=', session.id)
    .where('userId', '=', session.userId)
    .executeTakeFirst();
  return row !== undefined;
}

export interface SessionRow {
  id: string;
  createdAt: Date;
  lastUsedAt: Date;
  endsAt: Date;
  userAgent: string | null;
  address: string | null;
}

/** The user's live sessions in all tenants, the last used first, at most 200. */
export async function liveSessionsOf(db: Db, userId: string): Promise<SessionRow[]> {
  return await db
    .selectFrom('sessions')
    .select([
      'sessions.id',
      'sessions.createdAt',
      'sessions.lastUsedAt',
      'sessions.userAgent',
      'sessions.address',
      endsAt.as('endsAt'),
    ])
    .where('sessions.userId', '=', userId)
    .where('sessions.revokedAt', 'is', null)
    .where(sql<boolean>`not ${isOver}`)
    .orderBy('sessions.lastUsedAt', 'desc')
    .orderBy('sessions.id')
    .limit(200)
    .execute();
}

/** The sessions and API keys that were revoked since then, at most so far back, and the database's time to go on from. */
export async function revokedSince(
  db: Db,
  window: { since: Date | null; atMostMs: number },
): Promise<{ now: Date; ids: string[] }> {
  // The time is taken first: what ends while the list is read is found by the next look.
  const {
    rows: [clock],
  } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(db);
  if (clock === undefined) throw new Error('the database does not tell the time');
  const earliest = new Date(clock.now.getTime() - window.atMostMs);
  const since = window.since === null || window.since < earliest ? earliest : window.since;
  const rows = await db
    .selectFrom('sessions')
    .select('id')
    .where('revokedAt', '>', since)
    .unionAll(db.selectFrom('apiKeys').select('id').where('revokedAt', '>', since))
    .execute();
  return { now: clock.now, ids: rows.map((row) => row.id) };
}
