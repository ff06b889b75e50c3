import type { RoomEvent } from '@aura/contract';
import type { BackendConfig } from '../../config.ts';
import type { Tx } from '../../db/transaction.ts';
import type { Append } from '../../realtime/append.ts';
import type { Unplaced } from '../../realtime/event.ts';
import { stopRuns } from '../agent/stop-runs.ts';
import type { TurnedRuns } from '../agent/tell-runner.ts';
import type { MemberNotice } from './announce-in-room.ts';
import { deleteMember } from './room-member-store.ts';
import { findMember, type RoomKey } from './room-store.ts';

type Departure = Extract<RoomEvent, { type: 'member_left' }>['data'];

export interface TakenOut {
  events: Unplaced<RoomEvent>[];
  notices: MemberNotice[];
  /** For other streams than the room's. */
  appends: Append[];
  runs: TurnedRuns;
}

/**
 * Takes somebody out of a room and answers what says so, for the caller to announce; null when the person is not in it. Open
 * feeds of that person end with the event. What the agent does there for that person is stopped: it acts for nobody who is
 * not there, and a decision that only they could make would be waited for in vain. The caller holds the conversation and
 * the room.
 */
export async function takeOut(
  tx: Tx,
  ctx: { config: Pick<BackendConfig, 'rates'> },
  { tenantId, roomId }: RoomKey,
  departure: Departure,
): Promise<TakenOut | null> {
  const { userId } = departure;
  const member = { tenantId, roomId, userId };
  if ((await findMember(tx.db, member)) === undefined) return null;
  // Before they are out, so that their own inbox is told as well.
  const stopped = await stopRuns(tx, ctx, { conversationId: roomId, askedBy: userId });
  await deleteMember(tx.db, member);
  return {
    events: [...stopped.events, { type: 'member_left', data: departure }],
    notices: [{ userId, event: { type: 'room_left', data: { roomId } } }],
    appends: stopped.notices,
    runs: stopped.runs,
  };
}
