import type { ListNumberedRoomsInput, ListNumberedRoomsOutput } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { numberedRooms } from './numbered-room-store.ts';
import { numberedRoomView } from './numbered-room-view.ts';
import { isListed } from './room-access.ts';

/** The rooms that the caller is in or may join. */
export async function listNumberedRooms(
  ctx: CallerContext,
  { limit }: ListNumberedRoomsInput,
): Promise<ListNumberedRoomsOutput> {
  const { tenantId, userId, role } = ctx.caller;
  const withPublic = isListed({ isPublic: true }, role);
  const rows = await withTransaction(
    ctx,
    async ({ db }) => await numberedRooms(db, { tenantId, userId, withPublic, limit }),
  );
  return { rooms: rows.map(numberedRoomView) };
}
