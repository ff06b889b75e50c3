import type { SearchRoomsInput, SearchRoomsOutput } from '@aura/contract';
import { z } from 'zod';
import type { CallerContext } from '../../context.ts';
import { storableText } from '../../db/json-text.ts';
import { withSnapshot, withSystemTransaction, withTransaction } from '../../db/transaction.ts';
import { encodePage, pageInstantSchema, parsePage } from '../../page.ts';
import { enterRoom } from './room-access.ts';
import { countFitting, LIST_CHARS } from './room-message-store.ts';
import { roomMessageViews } from './room-message-view.ts';
import { findRoomIdsOf } from './room-store.ts';
import { findMessageIds, messagesByIds } from './search-store.ts';
import { searchTerms } from './search-terms.ts';

const keySchema = z.object({ createdAt: pageInstantSchema, id: z.uuid() });

/**
 * Messages with all of these words, newest first, of the rooms that the caller is in, archived ones too, or of one of
 * them. A page may be shorter than asked for although another follows. Throws NOT_FOUND for a room one is not in.
 */
export async function searchMessages(
  ctx: CallerContext,
  { query, roomId, limit, page }: SearchRoomsInput,
): Promise<SearchRoomsOutput> {
  const { tenantId, userId } = ctx.caller;
  const after = parsePage(keySchema, page);
  const terms = searchTerms(storableText(query));
  const roomIds = await withTransaction(ctx, async ({ db }) => {
    if (roomId === undefined) return await findRoomIdsOf(db, { tenantId, userId });
    await enterRoom(db, ctx.caller, { roomId });
    return [roomId];
  });
  if (terms === null || roomIds.length === 0) return { hits: [], nextPage: null };
  const found = await withSystemTransaction(
    ctx,
    async ({ db }) => await findMessageIds(db, { tenantId, roomIds, terms, after, limit: limit + 1 }),
  );
  const shown = found.slice(0, countFitting(found.slice(0, limit), LIST_CHARS));
  const last = shown.at(-1);
  const hits = await withSnapshot(ctx, async (db) => {
    // Once more: the caller may have been removed meanwhile.
    const readable = new Set(await findRoomIdsOf(db, { tenantId, userId }));
    const stored = await messagesByIds(db, { tenantId, ids: shown.map(({ id }) => id) });
    const rows = stored.filter(({ conversationId }) => readable.has(conversationId));
    const views = await roomMessageViews(db, rows);
    return rows.flatMap(({ conversationId }, index) => {
      const message = views[index];
      return message === undefined ? [] : [{ roomId: conversationId, message }];
    });
  });
  return {
    hits,
    nextPage:
      found.length > shown.length && last !== undefined
        ? encodePage(keySchema, { createdAt: last.createdAt.toISOString(), id: last.id })
        : null,
  };
}
