import type { NumberedMessage, PostByNumberInput } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { findNumberedRoom } from './find-numbered-room.ts';
import { joinRoom } from './join-room.ts';
import { numberedMessageView } from './numbered-room-view.ts';
import { sendersByIds } from './numbered-room-store.ts';
import { postMessage } from './post-message.ts';
import { findMessage } from './room-message-store.ts';

/** Says something in a room, which is joined first when it is public: older clients know no membership. */
export async function postByNumber(
  ctx: CallerContext,
  { number, text, clientId }: PostByNumberInput,
): Promise<NumberedMessage> {
  const { tenantId, userId } = ctx.caller;
  const { roomId, isMember } = await findNumberedRoom(ctx, { number });
  if (!isMember) await joinRoom(ctx, { roomId });
  const { messageId } = await postMessage(ctx, { roomId, text, clientId });
  return await withTransaction(ctx, async ({ db }) => {
    const message = await findMessage(db, { tenantId, roomId, messageId });
    if (message === undefined) throw new Error('a message was not stored');
    const [sender] = await sendersByIds(db, { tenantId, userIds: [userId] });
    return numberedMessageView({ ...message, at: message.createdAt.toISOString() }, number, sender ?? null);
  });
}
