import type { ListRoomMessagesInput, ListRoomMessagesOutput } from '@aura/contract';
import type { Kysely } from 'kysely';
import { AppError } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import type { Schema } from '../../db/schema.ts';
import { withSnapshot } from '../../db/transaction.ts';
import { enterRoom } from './room-access.ts';
import {
  LIST_CHARS,
  type MessagePage,
  messagesAfter,
  messagesBefore,
  type RoomMessageRow,
} from './room-message-store.ts';
import { roomMessageViews } from './room-message-view.ts';

/** A page of a room's messages, or of one thread's: before a place, after it or around it; the newest when none is given. */
export async function listRoomMessages(
  ctx: CallerContext,
  input: ListRoomMessagesInput,
): Promise<ListRoomMessagesOutput> {
  const { roomId, limit, threadOf = null, before, after, around } = input;
  if ([before, after, around].filter((place) => place !== undefined).length > 1) {
    throw new AppError('BAD_INPUT', { message: 'Give one of `before`, `after` and `around`, not more.' });
  }
  return await withSnapshot(ctx, async (db) => {
    await enterRoom(db, ctx.caller, { roomId });
    const page = { tenantId: ctx.caller.tenantId, roomId, threadOf, limit };
    const { rows, hasOlder, hasNewer } = await readPage(db, page, { before, after, around });
    return { messages: await roomMessageViews(db, rows), hasOlder, hasNewer };
  });
}

interface Page {
  rows: RoomMessageRow[];
  hasOlder: boolean;
  hasNewer: boolean;
}

async function readPage(
  db: Kysely<Schema>,
  page: MessagePage,
  {
    before,
    after,
    around,
  }: { before: number | undefined; after: number | undefined; around: number | undefined },
): Promise<Page> {
  const { limit } = page;
  if (after !== undefined) {
    return await readSides(db, { ...page, place: after + 1 }, { older: 0, newer: limit });
  }
  if (before !== undefined) {
    return await readSides(db, { ...page, place: before }, { older: limit, newer: 0 });
  }
  if (around !== undefined) {
    const older = Math.floor(limit / 2);
    const half = { ...page, place: around, maxChars: LIST_CHARS / 2 };
    return await readSides(db, half, { older, newer: limit - older });
  }
  const { rows, hasMore } = await messagesBefore(db, { ...page, before: null });
  return { rows, hasOlder: hasMore, hasNewer: false };
}

/** So many messages before a place and from it on; none of a side tells all the same whether it has any. */
async function readSides(
  db: Kysely<Schema>,
  { place, ...page }: Omit<MessagePage, 'limit'> & { place: number },
  counts: { older: number; newer: number },
): Promise<Page> {
  const older = await messagesBefore(db, { ...page, limit: counts.older, before: place });
  const newer = await messagesAfter(db, { ...page, limit: counts.newer, after: place - 1 });
  return { rows: [...older.rows, ...newer.rows], hasOlder: older.hasMore, hasNewer: newer.hasMore };
}
