import type { Kysely } from 'kysely';
import type { Schema } from '../../db/schema.ts';

/** The stream of what happens to a user in a tenant. */
export async function findUserStreamId(
  db: Kysely<Schema>,
  { tenantId, userId }: { tenantId: string; userId: string },
): Promise<string> {
  const { streamId } = await db
    .selectFrom('memberships')
    .select('streamId')
    .where('tenantId', '=', tenantId)
    .where('userId', '=', userId)
    .executeTakeFirstOrThrow();
  return streamId;
}
