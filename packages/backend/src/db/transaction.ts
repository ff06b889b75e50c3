import { sql, type Kysely, type Transaction } from 'kysely';
import type { CommittedBatch } from '../realtime/event.ts';
import { sqlStateOf } from './database-errors.ts';
import type { Database } from './database.ts';
import type { Schema } from './schema.ts';

/** One transaction, and the event batches to announce once it has committed. */
export interface Tx {
  readonly db: Transaction<Schema>;
  readonly batches: CommittedBatch[];
}

interface Scope {
  database: Database;
  hub: { publish(batch: CommittedBatch): void };
}
interface TenantScope extends Scope {
  caller: { tenantId: string; userId: string };
}

/** The hub of transactions that append nothing. */
export const NO_HUB: Scope['hub'] = { publish: () => {} };

/**
 * Runs `work` in one transaction that sees the rows of the caller's tenant only (row-level security, layer two; the
 * queries' own tenant filters are layer one), then announces the events it appended. May run `work` again after a
 * deadlock or a serialization failure, so `work` must do nothing but database work.
 */
export async function withTransaction<T>(ctx: TenantScope, work: (tx: Tx) => Promise<T>): Promise<T> {
  return await attempt(ctx, { role: 'aura_app', tenant: ctx.caller.tenantId }, work);
}

/** As `withTransaction`, over all tenants: for signing in, sweeping and claiming. Grants keep it to those tables. */
export async function withSystemTransaction<T>(ctx: Scope, work: (tx: Tx) => Promise<T>): Promise<T> {
  return await attempt(ctx, { role: 'aura_system', tenant: '' }, work);
}

/** A read of several statements that all see the same moment. */
export async function withSnapshot<T>(
  ctx: TenantScope,
  work: (db: Transaction<Schema>) => Promise<T>,
): Promise<T> {
  return await ctx.database.db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (db) => {
      await become(db, 'aura_app', ctx.caller.tenantId);
      return await work(db);
    });
}

const MAX_ATTEMPTS = 4;

async function attempt<T>(
  ctx: Scope,
  { role, tenant }: { role: string; tenant: string },
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  for (let round = 1; ; round++) {
    const batches: CommittedBatch[] = [];
    try {
      const result = await ctx.database.db.transaction().execute(async (db) => {
        await become(db, role, tenant);
        return await work({ db, batches });
      });
      for (const batch of batches) ctx.hub.publish(batch);
      return result;
    } catch (err) {
      if (round >= MAX_ATTEMPTS || !isTransient(err)) throw err;
    }
  }
}

/** The role and the tenant of this transaction alone: both end with it, whatever happens. */
async function become(db: Kysely<Schema>, role: string, tenant: string): Promise<void> {
  await sql`select set_config('role', ${role}, true), set_config('app.tenant', ${tenant}, true)`.execute(db);
}

/**
 * Serialization failure and deadlock: the database says that trying again is right. So does a plan that a migration has
 * outdated: the connection that has it is given up. And a message that somebody has posted at the same moment under the
 * same clientId: the second look finds it.
 */
function isTransient(err: unknown): boolean {
  const state = sqlStateOf(err);
  if (state === '23505') {
    return err instanceof Error && 'constraint' in err && err.constraint === 'messages_client';
  }
  return state === '40001' || state === '40P01' || state === '0A000';
}
