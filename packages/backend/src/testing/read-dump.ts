import { ACTIVE_RUN_STATUSES } from '@aura/contract';
import type { Selectable } from 'kysely';
import { openPostgres } from '../db/open-postgres.ts';
import type { Schema } from '../db/schema.ts';

type Rows<T extends keyof Schema> = Selectable<Schema[T]>[];

/** What campaigns of faults are judged by. Events by stream and seq, all else in no order. */
export interface DatabaseDump {
  streams: Rows<'streams'>;
  events: Rows<'events'>;
  messages: Rows<'messages'>;
  runs: Rows<'runs'>;
  approvals: Rows<'approvals'>;
  toolCalls: Rows<'toolCalls'>;
}

/** Reads past row-level security, for checkers that look at what is left; `url` must be of a superuser. */
export async function readDump(url: string): Promise<DatabaseDump> {
  await using database = openPostgres({ url, poolSize: 1 });
  const { db } = database;
  return {
    streams: await db.selectFrom('streams').selectAll().execute(),
    events: await db.selectFrom('events').selectAll().orderBy('streamId').orderBy('seq').execute(),
    messages: await db.selectFrom('messages').selectAll().execute(),
    runs: await db.selectFrom('runs').selectAll().execute(),
    approvals: await db.selectFrom('approvals').selectAll().execute(),
    toolCalls: await db.selectFrom('toolCalls').selectAll().execute(),
  };
}

/** As above: what is still going to change. */
export async function readUnsettled(url: string): Promise<Pick<DatabaseDump, 'runs' | 'approvals'>> {
  await using database = openPostgres({ url, poolSize: 1 });
  const { db } = database;
  return {
    runs: await db.selectFrom('runs').selectAll().where('status', 'in', ACTIVE_RUN_STATUSES).execute(),
    approvals: await db.selectFrom('approvals').selectAll().where('status', '=', 'pending').execute(),
  };
}
