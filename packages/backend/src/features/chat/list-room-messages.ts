import type { ListRoomMessagesInput, ListRoomMessagesOutput } from '@aura/contract';
import type { Kysely } from 'kysely';
import { AppError } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import type { Schema } from '../../db/schema.ts';
import { withSnapshot } from '../../db/transaction.ts';
import { enterRoom } from './room-access.ts';
import {
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
  if (after !== undefined) {
    const { rows, hasMore } = await messagesAfter(db, { ...page, after });
    return { rows, hasOlder: await hasAnyBefore(db, page, rows[0]), hasNewer: hasMore };
  }
  if (around !== undefined) {
    const half = Math.max(1, Math.floor(page.limit / 2));
    const older = await messagesBefore(db, { ...page, limit: half, before: around });
    const newer = await messagesAfter(db, { ...page, limit: half, after: around - 1 });
    return { rows: [...older.rows, ...newer.rows], hasOlder: older.hasMore, hasNewer: newer.hasMore };
  }
  const { rows, hasMore } = await messagesBefore(db, { ...page, before: before ?? null });
  return { rows, hasOlder: hasMore, hasNewer: before !== undefined };
}

async function hasAnyBefore(
  db: Kysely<Schema>,
  page: MessagePage,
  first: RoomMessageRow | undefined,
): Promise<boolean> {
  if (first === undefined) return false;
  const { rows } = await messagesBefore(db, { ...page, limit: 1, before: first.seq });
  return rows.length > 0;
}
