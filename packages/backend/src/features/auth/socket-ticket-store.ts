import { createHash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';

type Db = Kysely<Schema>;
type Ticket = Schema['socketTickets'];

/** What the database keeps instead of the ticket. */
export function ticketHash(ticket: string): Buffer {
  return createHash('sha256').update(ticket).digest();
}

export async function insertTicket(
  db: Db,
  { lifeSeconds, ...ticket }: Omit<Ticket, 'expiresAt'> & { lifeSeconds: number },
): Promise<{ expiresAt: Date }> {
  return await db
    .insertInto('socketTickets')
    .values({ ...ticket, expiresAt: sql<Date>`clock_timestamp() + ${lifeSeconds} * interval '1 second'` })
    .returning('expiresAt')
    .executeTakeFirstOrThrow();
}

/** Deletes the ticket and answers it: of all who come with it at once, one gets it. Undefined when it is used or over. */
export async function takeTicket(db: Db, hash: Uint8Array): Promise<Ticket | undefined> {
  return await db
    .deleteFrom('socketTickets')
    .where('hash', '=', hash)
    .where('expiresAt', '>', sql<Date>`clock_timestamp()`)
    .returningAll()
    .executeTakeFirst();
}

/** Those of the user that nobody came with in time. */
export async function deleteOldTickets(
  db: Db,
  { tenantId, userId }: Pick<Ticket, 'tenantId' | 'userId'>,
): Promise<void> {
  await db
    .deleteFrom('socketTickets')
    .where('tenantId', '=', tenantId)
    .where('userId', '=', userId)
    .where('expiresAt', '<=', sql<Date>`clock_timestamp()`)
    .execute();
}
