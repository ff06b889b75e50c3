import type { ListRoomsInput, ListRoomsOutput } from '@aura/contract';
import { z } from 'zod';
import type { CallerContext } from '../../context.ts';
import { storableText } from '../../db/json-text.ts';
import { withSnapshot } from '../../db/transaction.ts';
import { encodePage, pageInstantSchema, parsePage } from '../../page.ts';
import { isListed } from './room-access.ts';
import { listedRooms } from './room-list-store.ts';
import { roomListItem } from './room-list-view.ts';

const keySchema = z.object({ lastAt: pageInstantSchema, id: z.uuid() });

/** One page of the caller's rooms, or of those that anybody may join; the one that somebody wrote in last comes first. */
export async function listRooms(ctx: CallerContext, input: ListRoomsInput): Promise<ListRoomsOutput> {
  const { tenantId, userId, role } = ctx.caller;
  const { scope, roomId = null, limit } = input;
  // A guest knows of the rooms it was invited to alone.
  if (scope === 'public' && !isListed({ isPublic: true }, role)) return { rooms: [], nextPage: null };
  const after = parsePage(keySchema, input.page);
  const words = storableText(input.query ?? '')
    .split(/\s+/)
    .filter((word) => word !== '');
  return await withSnapshot(ctx, async (db) => {
    // Of a room that is named `archivedAt` tells.
    const isArchived = roomId === null ? input.isArchived : null;
    const filter = { tenantId, userId, scope, isArchived, roomId, words, after, limit: limit + 1 };
    const rows = await listedRooms(db, filter);
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    return {
      rooms: shown.map(roomListItem),
      nextPage:
        rows.length > limit && last !== undefined
          ? encodePage(keySchema, { lastAt: last.lastAt.toISOString(), id: last.id })
          : null,
    };
  });
}
