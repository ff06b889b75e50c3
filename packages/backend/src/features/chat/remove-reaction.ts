import type { ReactionInput } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { announceInRoom } from './announce-in-room.ts';
import { assertOpen } from './chat-policy.ts';
import { holdMessage } from './hold-message.ts';
import { deleteReaction } from './message-change-store.ts';

/** Takes one's own emoji back; nothing happens when there is none. Possible while muted. Throws ROOM_ARCHIVED. */
export async function removeReaction(
  ctx: CallerContext,
  input: ReactionInput,
): Promise<Record<string, never>> {
  const { tenantId, userId } = ctx.caller;
  const { roomId, messageId, emoji } = input;
  await withTransaction(ctx, async (tx) => {
    const { room } = await holdMessage(tx, ctx, input);
    assertOpen(room);
    const data = { messageId, emoji, userId };
    if (!(await deleteReaction(tx.db, data))) return;
    await announceInRoom(tx, { tenantId, roomId }, { events: [{ type: 'reaction_removed', data }] });
  });
  return {};
}
