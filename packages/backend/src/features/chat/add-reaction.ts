import { LIMITS, type ReactionInput } from '@aura/contract';
import { AppError } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { announceInRoom } from './announce-in-room.ts';
import { holdLiveMessage } from './hold-message.ts';
import { insertReaction } from './message-change-store.ts';
import { reactionsOf } from './room-message-store.ts';

/**
 * Puts an emoji to a message, once per user. Throws TOO_MANY_REQUESTS when it has as many kinds as there may be, CONFLICT
 * when it was deleted, ROOM_ARCHIVED and MUTED.
 */
export async function addReaction(ctx: CallerContext, input: ReactionInput): Promise<Record<string, never>> {
  const { tenantId, userId } = ctx.caller;
  const { roomId, messageId, emoji } = input;
  await withTransaction(ctx, async (tx) => {
    await holdLiveMessage(tx, ctx, input);
    const reactions = await reactionsOf(tx.db, [messageId]);
    const same = reactions.filter((reaction) => reaction.emoji === emoji);
    if (same.some((reaction) => reaction.userId === userId)) return;
    const kinds = new Set(reactions.map((reaction) => reaction.emoji));
    if (same.length === 0 && kinds.size >= LIMITS.reactionKindsMax) {
      throw new AppError('TOO_MANY_REQUESTS', {
        message: `A message has ${LIMITS.reactionKindsMax} kinds of reaction at most. Join in one of them.`,
      });
    }
    const data = { messageId, emoji, userId };
    const [event] = await announceInRoom(
      tx,
      { tenantId, roomId },
      { events: [{ type: 'reaction_added', data }] },
    );
    if (event === undefined) throw new Error('a reaction without its event');
    await insertReaction(tx.db, { tenantId, ...data, seq: event.seq });
  });
  return {};
}
