import { isDeepStrictEqual } from 'node:util';
import type { EditRoomMessageInput, RoomMessageView } from '@aura/contract';
import { AppError } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { searchableText } from '../../db/json-text.ts';
import { readNow } from '../../db/database-now.ts';
import { withTransaction } from '../../db/transaction.ts';
import { announceInRoom } from './announce-in-room.ts';
import { assertAuthor } from './chat-policy.ts';
import { holdLiveMessage } from './hold-message.ts';
import { storeRevision } from './message-change-store.ts';
import { attachmentsOf } from './room-message-store.ts';
import { roomMessageViews } from './room-message-view.ts';

/**
 * Changes the words of one's own message, and whom it mentions (nobody, when left out); answers it as it is then. Asks no
 * agent. The words it has already change nothing. Throws FORBIDDEN for somebody else's, CONFLICT for a deleted one,
 * ROOM_ARCHIVED and MUTED.
 */
export async function editRoomMessage(
  ctx: CallerContext,
  input: EditRoomMessageInput,
): Promise<RoomMessageView> {
  const { tenantId } = ctx.caller;
  const { roomId, messageId } = input;
  const text = searchableText(input.text);
  const mentions = [...new Set(input.mentions)];
  return await withTransaction(ctx, async (tx) => {
    const held = await holdLiveMessage(tx, ctx, input);
    let { message } = held;
    assertAuthor(held.me, message);
    if (text === '' && (await attachmentsOf(tx.db, [messageId])).length === 0) {
      throw new AppError('BAD_INPUT', { message: 'Write something, or delete the message.' });
    }
    if (message.text !== text || !isDeepStrictEqual(message.mentions, mentions)) {
      const editedAt = await readNow(tx.db);
      const data = { messageId, text, mentions, editedAt: editedAt.toISOString() };
      const [event] = await announceInRoom(
        tx,
        { tenantId, roomId },
        { events: [{ type: 'message_edited', data }] },
      );
      if (event === undefined) throw new Error('an edit without its event');
      message = await storeRevision(tx.db, { messageId, text, mentions, editedAt, seq: event.seq });
    }
    const [view] = await roomMessageViews(tx.db, [message]);
    if (view === undefined) throw new Error('a message without a view');
    return view;
  });
}
