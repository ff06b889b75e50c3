import type { CreateNumberedRoomInput, NumberedRoom } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { createRoom } from './create-room.ts';
import { enterNumberedRoom } from './enter-numbered-room.ts';
import { numberedRoomView } from './numbered-room-view.ts';

/** Makes a room as older clients know them: open to everybody in the tenant. */
export async function createNumberedRoom(
  ctx: CallerContext,
  { clientId, name, postId }: CreateNumberedRoomInput,
): Promise<NumberedRoom> {
  const about = postId === undefined || postId === null ? {} : { postId: String(postId) };
  const { number } = await createRoom(ctx, { clientId, name, isPublic: true, ...about });
  const row = await withTransaction(ctx, async ({ db }) => await enterNumberedRoom(db, ctx.caller, number));
  return numberedRoomView(row);
}
