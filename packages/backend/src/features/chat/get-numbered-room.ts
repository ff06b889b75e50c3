import type { GetNumberedRoomOutput, NumberedRoomRef } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { withSnapshot } from '../../db/transaction.ts';
import { banned } from './chat-policy.ts';
import { enterNumberedRoom } from './enter-numbered-room.ts';
import { sendersByIds } from './numbered-room-store.ts';
import { numberedMessageView, numberedRoomView } from './numbered-room-view.ts';
import { findBanned } from './room-ban-store.ts';
import { messagesBefore } from './room-message-store.ts';

const WINDOW_MESSAGES = 50;

/**
 * A room with its newest messages. Older clients read a public room before they come into it, so this one needs no
 * joining; whoever was banned reads nothing (BANNED).
 */
export async function getNumberedRoom(
  ctx: CallerContext,
  { number }: NumberedRoomRef,
): Promise<GetNumberedRoomOutput> {
  const { tenantId, userId } = ctx.caller;
  return await withSnapshot(ctx, async (db) => {
    const room = await enterNumberedRoom(db, ctx.caller, number);
    const place = { tenantId, roomId: room.id };
    const [ban] = room.isMember ? [] : await findBanned(db, place, [userId]);
    if (ban !== undefined) throw banned();
    const page = { ...place, threadOf: null, before: null, limit: WINDOW_MESSAGES };
    const rows = (await messagesBefore(db, page)).rows.filter(({ deletedAt }) => deletedAt === null);
    const userIds = [...new Set(rows.flatMap(({ authorId }) => authorId ?? []))];
    const senders = new Map(
      (await sendersByIds(db, { tenantId, userIds })).map((sender) => [sender.userId, sender]),
    );
    return {
      room: numberedRoomView(room),
      messages: rows.map(({ createdAt, authorId, ...row }) =>
        numberedMessageView(
          { ...row, at: createdAt.toISOString() },
          number,
          senders.get(authorId ?? '') ?? null,
        ),
      ),
    };
  });
}
