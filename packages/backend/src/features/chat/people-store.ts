import { type Kysely, sql } from 'kysely';
import { escapeLike } from '../../db/escape-like.ts';
import type { Schema } from '../../db/schema.ts';
import { displayName } from './room-store.ts';

/** People of the tenant whose name has a word, or whose address has a beginning, like this; by name. */
export async function searchPeople(
  db: Kysely<Schema>,
  {
    tenantId,
    start,
    notInRoomId,
    limit,
  }: { tenantId: string; start: string; notInRoomId: string | undefined; limit: number },
): Promise<{ userId: string; name: string; pictureUrl: string | null }[]> {
  const beginning = `${escapeLike(start)}%`;
  let query = db
    .selectFrom('memberships')
    .innerJoin('users', 'users.id', 'memberships.userId')
    .select(['users.id as userId', 'users.pictureUrl', displayName.as('name')])
    .where('memberships.tenantId', '=', tenantId)
    .where('memberships.removedAt', 'is', null)
    .where('users.isActive', '=', true)
    .where((eb) =>
      eb.or([
        eb(displayName, 'ilike', beginning),
        eb(displayName, 'ilike', `% ${beginning}`),
        eb('users.email', 'ilike', beginning),
      ]),
    );
  if (notInRoomId !== undefined) {
    query = query.where(
      sql<boolean>`not exists (select from room_members m where m.room_id = ${notInRoomId} and m.user_id = users.id)`,
    );
  }
  return await query.orderBy('name').orderBy('users.id').limit(limit).execute();
}
