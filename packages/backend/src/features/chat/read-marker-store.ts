import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { MemberKey } from './room-store.ts';

/** Moves a member's marker forward, to the room's head at most. True when it moved; whoever moves it next waits. */
export async function moveReadMarker(
  db: Kysely<Schema>,
  { tenantId, roomId, userId, seq }: MemberKey & { seq: number },
): Promise<boolean> {
  const { rows } = await sql`
    update room_members m set read_seq = least(${seq}::bigint, s.head)
    from streams s
    where m.tenant_id = ${tenantId} and m.room_id = ${roomId} and m.user_id = ${userId}
      and s.id = m.room_id and m.read_seq < least(${seq}::bigint, s.head)
    returning 1`.execute(db);
  return rows.length > 0;
}
