import { LIMITS, type PinInput } from '@aura/contract';
import { AppError, notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { announceInRoom } from './announce-in-room.ts';
import { assertModerator } from './chat-policy.ts';
import { assertLive } from './hold-message.ts';
import { setPinned } from './message-change-store.ts';
import { enterRoom } from './room-access.ts';
import { lockMessage, pinnedIds } from './room-message-store.ts';

/**
 * Pins a message to its room, or takes it off; for owners and moderators. As it is already: nothing happens. Throws
 * TOO_MANY_REQUESTS when as many are pinned as may be, CONFLICT when the message was deleted, ROOM_ARCHIVED and MUTED.
 */
export async function pinMessage(ctx: CallerContext, input: PinInput): Promise<Record<string, never>> {
  const { tenantId, userId } = ctx.caller;
  const { roomId, messageId, isPinned } = input;
  await withTransaction(ctx, async (tx) => {
    // The whole room, because pins are counted over all of its messages.
    const { room, me } = await enterRoom(tx.db, ctx.caller, { roomId, hold: 'room' });
    const message = await lockMessage(tx.db, { tenantId, roomId, messageId });
    if (message === undefined) throw notFound('message');
    assertModerator(me);
    await assertLive(tx, { room, me, message });
    if ((message.pinnedSeq !== null) === isPinned) return;
    if (isPinned && (await pinnedIds(tx.db, { tenantId, roomId })).length >= LIMITS.roomPins) {
      throw new AppError('TOO_MANY_REQUESTS', {
        message: `A room has ${LIMITS.roomPins} pinned messages at most. Take one off first.`,
      });
    }
    const type = isPinned ? 'message_pinned' : 'message_unpinned';
    const data = { messageId, by: userId };
    const [event] = await announceInRoom(tx, { tenantId, roomId }, { events: [{ type, data }] });
    if (event === undefined) throw new Error('a pin without its event');
    await setPinned(tx.db, { messageId, pinnedSeq: isPinned ? event.seq : null });
  });
  return {};
}
