import type { Kysely } from 'kysely';
import type { Schema } from '../../db/schema.ts';

type Db = Kysely<Schema>;

/** Who somebody is elsewhere: always the pair, because a subject means nothing without who says it. */
export interface ExternalIdentity {
  issuer: string;
  subject: string;
}

/** The user that an identity belongs to; undefined for one that is new here. */
export async function userOfIdentity(
  db: Db,
  { issuer, subject }: ExternalIdentity,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('externalIdentities')
    .select('userId')
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .executeTakeFirst();
  return row?.userId;
}

/** Answers false when the identity belongs to somebody already. */
export async function insertIdentity(
  db: Db,
  identity: ExternalIdentity & { userId: string },
): Promise<boolean> {
  const row = await db
    .insertInto('externalIdentities')
    .values(identity)
    .onConflict((conflict) => conflict.doNothing())
    .returning('userId')
    .executeTakeFirst();
  return row !== undefined;
}
