import type { RemoveMemberInput } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { NO_HINTS, tellRunner } from '../agent/tell-runner.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { assertModerator, assertOutranks } from './chat-policy.ts';
import { enterRoom } from './room-access.ts';
import { findMember } from './room-store.ts';
import { takeOut } from './take-out.ts';

/**
 * Takes a member out of a room, from an archived one too; owners may, and moderators those who are neither. The person may
 * come back where the room is public. Whoever is not in it stays so, and nothing happens.
 */
export async function removeMember(
  ctx: CallerContext,
  { roomId, userId }: RemoveMemberInput,
): Promise<Record<string, never>> {
  const place = { tenantId: ctx.caller.tenantId, roomId };
  const hints = await withTransaction(ctx, async (tx) => {
    const { room, me } = await enterRoom(tx.db, ctx.caller, { roomId, hold: 'conversation' });
    assertModerator(me);
    const member = await findMember(tx.db, { ...place, userId });
    if (member === undefined) return NO_HINTS;
    assertOutranks(me, member);
    await writeAudit(tx, ctx, { action: 'chat.member_removed', subject: roomId, data: { userId } });
    return await takeOut(tx, ctx, room, { userId, how: 'removed', by: me.userId, reason: null });
  });
  tellRunner(ctx.runner, hints);
  return {};
}
