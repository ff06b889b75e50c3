import type { SetTypingInput } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { assertMayWrite, enterRoom } from './room-access.ts';

/**
 * Says that the caller is typing, which holds for six seconds, or is not any more. Nothing is stored. Throws NOT_FOUND and
 * FORBIDDEN as for reading the room, ROOM_ARCHIVED and MUTED.
 */
export async function setTyping(
  ctx: CallerContext,
  { roomId, isTyping }: SetTypingInput,
): Promise<Record<string, never>> {
  const { tenantId, userId } = ctx.caller;
  const place = { tenantId, roomId };
  const known = ctx.roomMoments.peek(place);
  if (known !== null && mayType(known.moment, userId)) {
    known.sayTyping({ userId, isTyping });
    return {};
  }
  // What is known here may be a moment old, and a mute may be over: whoever is refused is refused by what is stored.
  await withTransaction(ctx, async ({ db }) => {
    await assertMayWrite(db, await enterRoom(db, ctx.caller, { roomId }));
  });
  using held = await ctx.roomMoments.attend(place);
  held.sayTyping({ userId, isTyping });
  return {};
}

function mayType(
  {
    isArchived,
    memberOf,
  }: { isArchived: boolean; memberOf(userId: string): { mutedUntil: Date | null } | undefined },
  userId: string,
): boolean {
  return !isArchived && memberOf(userId)?.mutedUntil === null;
}
