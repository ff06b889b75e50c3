import type { RoomEvent } from '@aura/contract';
import type { BackendConfig } from '../../config.ts';
import type { Tx } from '../../db/transaction.ts';
import { stopRuns } from '../agent/stop-runs.ts';
import type { RunHints } from '../agent/tell-runner.ts';
import { announceInRoom } from './announce-in-room.ts';
import { closeRoom } from './close-room.ts';
import { countOthers, deleteMember } from './room-member-store.ts';
import type { RoomRow } from './room-store.ts';

type Departure = Extract<RoomEvent, { type: 'member_left' }>['data'];

/**
 * Takes a member out of a room, which ends their open feeds; the last one out archives it. What the agent does there for
 * that person is stopped: it acts for nobody who is not there, and a decision that only they could make would be waited for
 * in vain. The caller holds the conversation and the room, and this comes last in its transaction.
 */
export async function takeOut(
  tx: Tx,
  ctx: { config: Pick<BackendConfig, 'rates'> },
  room: Pick<RoomRow, 'id' | 'tenantId' | 'archivedAt'>,
  departure: Departure,
): Promise<RunHints> {
  const { id: roomId, tenantId, archivedAt } = room;
  const { userId } = departure;
  const place = { tenantId, roomId };
  const isLast = archivedAt === null && (await countOthers(tx.db, { ...place, userId })).members === 0;
  // Before they are out, so that their own inbox is told as well.
  const ended = isLast ? await closeRoom(tx, ctx, place) : await stopFor(tx, ctx, { roomId, userId });
  await deleteMember(tx.db, { ...place, userId });
  await announceInRoom(tx, place, {
    events: [...ended.events, { type: 'member_left', data: departure }],
    notices: [{ userId, event: { type: 'room_left', data: { roomId } } }],
    appends: ended.appends,
  });
  return ended.hints;
}

async function stopFor(
  tx: Tx,
  ctx: { config: Pick<BackendConfig, 'rates'> },
  { roomId, userId }: { roomId: string; userId: string },
) {
  const {
    events,
    notices: appends,
    hints,
  } = await stopRuns(tx, ctx, { conversationId: roomId, askedBy: userId });
  return { events, appends, hints };
}
