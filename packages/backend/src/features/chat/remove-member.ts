import type { RemoveMemberInput } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { NO_RUNS, tellRunner } from '../agent/tell-runner.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { announceInRoom } from './announce-in-room.ts';
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
  const runs = await withTransaction(ctx, async (tx) => {
    const { me } = await enterRoom(tx.db, ctx.caller, { roomId, hold: 'conversation' });
    assertModerator(me);
    const member = await findMember(tx.db, { ...place, userId });
    if (member === undefined) return NO_RUNS;
    assertOutranks(me, member);
    const removed = await takeOut(tx, ctx, place, { userId, how: 'removed', by: me.userId, reason: null });
    if (removed === null) return NO_RUNS;
    await writeAudit(tx, ctx, { action: 'chat.member_removed', subject: roomId, data: { userId } });
    await announceInRoom(tx, place, removed);
    return removed.runs;
  });
  tellRunner(ctx.runner, runs);
  return {};
}
