import type { ListBansInput, ListBansOutput } from '@aura/contract';
import { z } from 'zod';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { encodePage, pageInstantSchema, parsePage } from '../../page.ts';
import { assertModerator } from './chat-policy.ts';
import { enterRoom } from './room-access.ts';
import { listBanned } from './room-ban-store.ts';
import { roomBanView } from './room-view.ts';

const keySchema = z.object({ bannedAt: pageInstantSchema, userId: z.uuid() });

/** One page of who may not come into a room, the one that was banned last first; for its owners and moderators. */
export async function listBans(
  ctx: CallerContext,
  { roomId, limit, page }: ListBansInput,
): Promise<ListBansOutput> {
  const { tenantId } = ctx.caller;
  const after = parsePage(keySchema, page);
  return await withTransaction(ctx, async ({ db }) => {
    const { me } = await enterRoom(db, ctx.caller, { roomId });
    assertModerator(me);
    const rows = await listBanned(db, { tenantId, roomId, after, limit: limit + 1 });
    const bans = rows.slice(0, limit).map(roomBanView);
    const last = bans.at(-1);
    return {
      bans,
      nextPage:
        rows.length > limit && last !== undefined
          ? encodePage(keySchema, { bannedAt: last.bannedAt, userId: last.userId })
          : null,
    };
  });
}
