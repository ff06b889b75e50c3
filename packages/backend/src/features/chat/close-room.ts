import type { RoomEvent, RoomView } from '@aura/contract';
import type { BackendConfig } from '../../config.ts';
import type { Tx } from '../../db/transaction.ts';
import type { Append } from '../../realtime/append.ts';
import type { Unplaced } from '../../realtime/event.ts';
import { stopRuns } from '../agent/stop-runs.ts';
import type { RunHints } from '../agent/tell-runner.ts';
import { setArchived } from './room-settings-store.ts';
import type { RoomKey } from './room-store.ts';
import { roomView } from './room-view.ts';

export interface ClosedRoom {
  room: RoomView;
  events: Unplaced<RoomEvent>[];
  /** For other streams than the room's. */
  appends: Append[];
  hints: RunHints;
}

/**
 * Archives a room: what its agent is at is stopped, so that nothing is said in it any more. The caller holds the
 * conversation and the room, and announces what is answered.
 */
export async function closeRoom(
  tx: Tx,
  ctx: { config: Pick<BackendConfig, 'rates'> },
  place: RoomKey,
): Promise<ClosedRoom> {
  const stopped = await stopRuns(tx, ctx, { conversationId: place.roomId });
  const room = roomView(await setArchived(tx.db, place, { isArchived: true }));
  return {
    room,
    events: [...stopped.events, { type: 'room_updated', data: { room } }],
    appends: stopped.notices,
    hints: stopped.hints,
  };
}
