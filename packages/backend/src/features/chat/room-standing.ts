import type { RoomDeciders, RoomRole } from '@aura/contract';
import type { Kysely } from 'kysely';
import type { Caller } from '../../context.ts';
import type { Schema } from '../../db/schema.ts';
import type { RoomAccess } from './room-access.ts';
import { shareRoom } from './room-store.ts';

/** A room's rules about its agent, and a user's role in it as the database has it now; null: not in it. */
export interface RoomStanding {
  deciders: RoomDeciders;
  hidesArgs: boolean;
  role: RoomRole | null;
}

/** Somebody who looks at runs and approvals of a conversation. `room`: null when it is no room. */
export interface Viewer extends Pick<Caller, 'userId' | 'role'> {
  room: RoomStanding | null;
}

/** Somebody who is in a room, as a viewer of what its agent does. */
export function viewerIn(
  { userId, role }: Pick<Caller, 'userId' | 'role'>,
  { room: { deciders, hidesArgs }, me }: RoomAccess,
): Viewer {
  return { userId, role, room: { deciders, hidesArgs, role: me.role } };
}

interface Key {
  tenantId: string;
  /** Of a conversation, be it a room or not. */
  conversationId: string;
  userId: string;
}

/** How a user stands in a room; null when the conversation is none. */
export async function roomStanding(
  db: Kysely<Schema>,
  { conversationId, ...key }: Key,
): Promise<RoomStanding | null> {
  const standings = await roomStandings(db, { ...key, conversationIds: [conversationId] });
  return standings.get(conversationId) ?? null;
}

/** As `roomStanding`; until the transaction ends nothing about the room and who is in it changes. */
export async function keepRoomStanding(db: Kysely<Schema>, key: Key): Promise<RoomStanding | null> {
  await shareRoom(db, { tenantId: key.tenantId, roomId: key.conversationId });
  return await roomStanding(db, key);
}

/** How a user stands in those of the conversations that are rooms. */
export async function roomStandings(
  db: Kysely<Schema>,
  {
    tenantId,
    userId,
    conversationIds,
  }: { tenantId: string; userId: string; conversationIds: readonly string[] },
): Promise<ReadonlyMap<string, RoomStanding>> {
  if (conversationIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('rooms')
    .leftJoin('roomMembers', (join) =>
      join.onRef('roomMembers.roomId', '=', 'rooms.id').on('roomMembers.userId', '=', userId),
    )
    .select(['rooms.id', 'rooms.deciders', 'rooms.hidesArgs', 'roomMembers.role'])
    .where('rooms.tenantId', '=', tenantId)
    .where('rooms.id', 'in', [...new Set(conversationIds)])
    .execute();
  return new Map(
    rows.map(({ id, deciders, hidesArgs, role }) => [id, { deciders, hidesArgs, role: role ?? null }]),
  );
}

/** The caller as a viewer of a conversation's runs and approvals. */
export async function viewerOf(
  db: Kysely<Schema>,
  { tenantId, userId, role }: Pick<Caller, 'tenantId' | 'userId' | 'role'>,
  conversationId: string,
): Promise<Viewer> {
  return { userId, role, room: await roomStanding(db, { tenantId, conversationId, userId }) };
}
