import type { RoomRef } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { type Tx, withTransaction } from '../../db/transaction.ts';
import { NO_HINTS, type RunHints, tellRunner } from '../agent/tell-runner.ts';
import { holdConversation } from '../conversation/hold-conversation.ts';
import { assertReplaced } from './chat-policy.ts';
import { countOthers } from './room-member-store.ts';
import { findMember, findRoom, lockRoom } from './room-store.ts';
import { takeOut } from './take-out.ts';

/**
 * Leaves a room, archived ones too; the last one out archives it. Whoever is not in it, or names a room that does not
 * exist, is answered the same: the caller is not in it. Throws CONFLICT when the others would be left without an owner in
 * a room that is open.
 */
export async function leaveRoom(ctx: CallerContext, { roomId }: RoomRef): Promise<Record<string, never>> {
  tellRunner(ctx.runner, await withTransaction(ctx, async (tx) => await leave(tx, ctx, roomId)));
  return {};
}

async function leave(tx: Tx, ctx: CallerContext, roomId: string): Promise<RunHints> {
  const { tenantId, userId } = ctx.caller;
  const place = { tenantId, roomId };
  // Strangers hold up nobody.
  if ((await findMember(tx.db, { ...place, userId })) === undefined) return NO_HINTS;
  await holdConversation(tx, { tenantId, conversationId: roomId });
  await lockRoom(tx.db, place);
  const room = await findRoom(tx.db, place);
  const me = await findMember(tx.db, { ...place, userId });
  if (room === undefined || me === undefined) return NO_HINTS;
  const others = await countOthers(tx.db, { ...place, userId });
  if (others.members > 0 && room.archivedAt === null) assertReplaced(me, others);
  return await takeOut(tx, ctx, room, { userId, how: 'left', by: userId, reason: null });
}
