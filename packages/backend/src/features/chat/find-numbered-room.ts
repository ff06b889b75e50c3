import { type FindNumberedRoomOutput, formatCursor, type NumberedRoomRef } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { withSnapshot } from '../../db/transaction.ts';
import { readStreamHead } from '../../realtime/read-events.ts';
import { enterNumberedRoom } from './enter-numbered-room.ts';

/** What a room that older clients name by its number is called elsewhere, and where its log stands. */
export async function findNumberedRoom(
  ctx: CallerContext,
  { number }: NumberedRoomRef,
): Promise<FindNumberedRoomOutput> {
  return await withSnapshot(ctx, async (db) => {
    const { id: roomId, isMember } = await enterNumberedRoom(db, ctx.caller, number);
    const stream = await readStreamHead(db, roomId);
    if (stream === null) throw new Error('a room without its stream');
    return { roomId, isMember, cursor: formatCursor({ epoch: stream.epoch, seq: stream.head }) };
  });
}
