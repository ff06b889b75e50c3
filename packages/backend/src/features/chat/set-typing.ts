import type { SetTypingInput } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { assertNotMuted, assertOpen } from './chat-policy.ts';
import { enterRoom } from './room-access.ts';

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
  if (known !== null && mayType(known.moment, userId, ctx.clock.now())) {
    known.sayTyping({ userId, isTyping });
    return {};
  }
  // What is known here may be a moment old: whoever is refused is refused by what is stored.
  const { room, me } = await withTransaction(ctx, ({ db }) => enterRoom(db, ctx.caller, { roomId }));
  assertOpen(room);
  assertNotMuted(me, ctx.clock.now());
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
  now: Date,
): boolean {
  const me = memberOf(userId);
  return me !== undefined && !isArchived && (me.mutedUntil === null || me.mutedUntil <= now);
}
