import type { UnbanInput } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { assertModerator } from './chat-policy.ts';
import { enterRoom } from './room-access.ts';
import { deleteBan } from './room-ban-store.ts';

/** Lets somebody who was banned join or be invited again; owners and moderators. Nothing happens to whoever is not banned. */
export async function unban(
  ctx: CallerContext,
  { roomId, userId }: UnbanInput,
): Promise<Record<string, never>> {
  const place = { tenantId: ctx.caller.tenantId, roomId };
  return await withTransaction(ctx, async (tx) => {
    const { me } = await enterRoom(tx.db, ctx.caller, { roomId, hold: 'room' });
    assertModerator(me);
    const isLifted = await deleteBan(tx.db, { ...place, userId });
    if (isLifted) {
      await writeAudit(tx, ctx, { action: 'chat.member_unbanned', subject: roomId, data: { userId } });
    }
    return {};
  });
}
