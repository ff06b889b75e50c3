import type { RoomMessageRef, RoomMessageView } from '@aura/contract';
import { notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withSnapshot } from '../../db/transaction.ts';
import { enterRoom } from './room-access.ts';
import { findMessage } from './room-message-store.ts';
import { roomMessageViews } from './room-message-view.ts';

/** One message of a room, wherever it stands; empty when it was deleted. Throws NOT_FOUND when there is no such room or message. */
export async function getMessage(
  ctx: CallerContext,
  { roomId, messageId }: RoomMessageRef,
): Promise<RoomMessageView> {
  return await withSnapshot(ctx, async (db) => {
    await enterRoom(db, ctx.caller, { roomId });
    const row = await findMessage(db, { tenantId: ctx.caller.tenantId, roomId, messageId });
    const [message] = await roomMessageViews(db, row === undefined ? [] : [row]);
    if (message === undefined) throw notFound('message');
    return message;
  });
}
