import type { ArchiveRoomInput, RoomView } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { type Tx, withTransaction } from '../../db/transaction.ts';
import { NO_HINTS, tellRunner } from '../agent/tell-runner.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { announceInRoom } from './announce-in-room.ts';
import { assertOwner } from './chat-policy.ts';
import { type ClosedRoom, closeRoom } from './close-room.ts';
import { enterRoom } from './room-access.ts';
import { setArchived } from './room-settings-store.ts';
import type { RoomKey } from './room-store.ts';
import { roomView } from './room-view.ts';

/**
 * Archives a room or brings it back; owners only. An archived one can be read and left and nothing else; runs under way in
 * it are stopped.
 */
export async function archiveRoom(ctx: CallerContext, input: ArchiveRoomInput): Promise<RoomView> {
  const { room, hints } = await withTransaction(ctx, async (tx) => await archive(tx, ctx, input));
  tellRunner(ctx.runner, hints);
  return room;
}

async function archive(
  tx: Tx,
  ctx: CallerContext,
  { roomId, isArchived }: ArchiveRoomInput,
): Promise<Pick<ClosedRoom, 'room' | 'hints'>> {
  const place = { tenantId: ctx.caller.tenantId, roomId };
  const { room, me } = await enterRoom(tx.db, ctx.caller, { roomId, hold: 'conversation' });
  assertOwner(me);
  if ((room.archivedAt !== null) === isArchived) return { room: roomView(room), hints: NO_HINTS };
  const changed = isArchived ? await closeRoom(tx, ctx, place) : await reopen(tx, place);
  await writeAudit(tx, ctx, {
    action: isArchived ? 'chat.room_archived' : 'chat.room_restored',
    subject: roomId,
  });
  await announceInRoom(tx, place, changed);
  return changed;
}

async function reopen(tx: Tx, place: RoomKey): Promise<ClosedRoom> {
  const room = roomView(await setArchived(tx.db, place, { isArchived: false }));
  return { room, events: [{ type: 'room_updated', data: { room } }], appends: [], hints: NO_HINTS };
}
