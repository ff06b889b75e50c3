import { randomUUID } from 'node:crypto';
import { type Tx, withSystemTransaction } from '../../db/transaction.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { announceInRoom } from '../chat/announce-in-room.ts';
import { roomMemberView } from '../chat/room-view.ts';
import { appointOwner, lockAbandonedRoom } from './hand-over-store.ts';
import { inBatches } from './in-batches.ts';
import type { UpkeepContext } from './retention.ts';

/**
 * Gives a new owner to rooms whose owners were all deactivated or made guests, and to archived ones whose owners have left:
 * the moderator who joined first, else the member who did. The old ones stay what they are, for when they come back.
 */
export async function handOverRooms(ctx: UpkeepContext, signal: AbortSignal): Promise<void> {
  await inBatches(signal, async () => await withSystemTransaction(ctx, handOverOne));
}

async function handOverOne(tx: Tx): Promise<{ isLast: boolean }> {
  const place = await lockAbandonedRoom(tx.db);
  if (place === undefined) return { isLast: true };
  const { roomId, tenantId } = place;
  const row = await appointOwner(tx.db, roomId);
  if (row === undefined) return { isLast: false };
  const { userId } = row;
  await writeAudit(
    tx,
    { caller: { tenantId, userId: null }, request: { id: randomUUID(), address: null, userAgent: null } },
    { action: 'chat.room_handed_over', subject: roomId, data: { userId } },
  );
  await announceInRoom(tx, place, {
    events: [{ type: 'member_updated', data: { member: roomMemberView(row) } }],
    notices: [{ userId, event: { type: 'room_joined', data: { roomId, role: 'owner' } } }],
  });
  return { isLast: false };
}
