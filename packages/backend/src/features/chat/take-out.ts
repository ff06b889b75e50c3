import type { RoomEvent } from '@aura/contract';
import type { Tx } from '../../db/transaction.ts';
import type { Unplaced } from '../../realtime/event.ts';
import type { MemberNotice } from './announce-in-room.ts';
import { deleteMember } from './room-member-store.ts';
import type { RoomKey } from './room-store.ts';

type Departure = Extract<RoomEvent, { type: 'member_left' }>['data'];

export interface TakenOut {
  events: Unplaced<RoomEvent>[];
  notices: MemberNotice[];
}

/**
 * Takes somebody out of a room and answers what says so, for the caller to announce; null when the person is not in it. Open
 * feeds of that person end with the event. The caller holds the room.
 */
export async function takeOut(
  tx: Tx,
  { tenantId, roomId }: RoomKey,
  departure: Departure,
): Promise<TakenOut | null> {
  const { userId } = departure;
  const row = await deleteMember(tx.db, { tenantId, roomId, userId });
  if (row === undefined) return null;
  return {
    events: [{ type: 'member_left', data: departure }],
    notices: [{ userId, event: { type: 'room_left', data: { roomId } } }],
  };
}
