import type { ListBansOutput, RoomRef } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { assertModerator } from './chat-policy.ts';
import { enterRoom } from './room-access.ts';
import { listBanned } from './room-ban-store.ts';
import { roomBanView } from './room-view.ts';

/** Who may not come into a room, the one that was banned last first; for its owners and moderators. */
export async function listBans(ctx: CallerContext, { roomId }: RoomRef): Promise<ListBansOutput> {
  return await withTransaction(ctx, async ({ db }) => {
    const { me } = await enterRoom(db, ctx.caller, { roomId });
    assertModerator(me);
    const rows = await listBanned(db, { tenantId: ctx.caller.tenantId, roomId });
    return { bans: rows.map(roomBanView) };
  });
}
