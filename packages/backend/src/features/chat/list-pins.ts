import type { ListPinsOutput, RoomRef } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { withSnapshot } from '../../db/transaction.ts';
import { enterRoom } from './room-access.ts';
import { pinnedMessages } from './room-message-store.ts';
import { roomMessageViews } from './room-message-view.ts';

/** The pinned messages of a room, replies in threads too; the one that was pinned last first. */
export async function listPins(ctx: CallerContext, { roomId }: RoomRef): Promise<ListPinsOutput> {
  return await withSnapshot(ctx, async (db) => {
    await enterRoom(db, ctx.caller, { roomId });
    const rows = await pinnedMessages(db, { tenantId: ctx.caller.tenantId, roomId });
    return { messages: await roomMessageViews(db, rows) };
  });
}
