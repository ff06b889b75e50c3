import { LIMITS, type RoomInboxEvent, type RoomListItem } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { withSnapshot } from '../../db/transaction.ts';
import type { InboxChanges, RoomChange } from './inbox-changes.ts';
import { listedRoomsByIds } from './room-list-store.ts';
import { roomListItem } from './room-list-view.ts';
import { countUnread, type Unread } from './room-message-store.ts';
import { findHeads } from './room-store.ts';

/**
 * The events for what was noted; keeps `listed`, the ids of the rooms that the reader's list has. What is read here is at
 * least as new as everything told so far, so counts never go back in time, and what comes later says which part of it the
 * counts have already (`headSeq`).
 */
export async function settleInbox(
  ctx: CallerContext,
  changes: InboxChanges,
  listed: Set<string>,
): Promise<RoomInboxEvent[]> {
  const taken = [...changes.take()];
  // One that is not in the list, and in which something was said, has come to life again.
  const needsRoom = ([roomId, { isStale, activity }]: [string, RoomChange]): boolean =>
    isStale || (!listed.has(roomId) && activity !== null && activity.data.news.length > 0);
  const staleIds = taken.filter(needsRoom).map(([roomId]) => roomId);
  const readIds = taken.filter(([, { isRead }]) => isRead).map(([roomId]) => roomId);
  await changes.open(staleIds);
  const { items, unread } = await read(ctx, changes, { staleIds, readIds });
  return taken.flatMap((entry): RoomInboxEvent[] => {
    const [roomId, { activity }] = entry;
    if (needsRoom(entry)) {
      const item = items.get(roomId);
      if (item === undefined) changes.close(roomId);
      if (item !== undefined && item.room.archivedAt === null) {
        listed.add(roomId);
        return [{ type: 'room_listed', data: { item } }];
      }
      return listed.delete(roomId) ? [{ type: 'room_unlisted', data: { roomId } }] : [];
    }
    if (!listed.has(roomId)) return [];
    const marker = unread.get(roomId);
    return [
      ...(activity === null ? [] : [activity]),
      ...(marker === undefined ? [] : [{ type: 'room_read' as const, data: marker }]),
    ];
  });
}

interface Stored {
  items: Map<string, RoomListItem>;
  unread: Map<string, Unread>;
}

async function read(
  ctx: CallerContext,
  changes: InboxChanges,
  { staleIds, readIds }: { staleIds: readonly string[]; readIds: readonly string[] },
): Promise<Stored> {
  if (staleIds.length + readIds.length === 0) return { items: new Map(), unread: new Map() };
  const { tenantId, userId } = ctx.caller;
  return await withSnapshot(ctx, async (db) => {
    const rows = await listedRoomsByIds(db, { tenantId, userId, roomIds: staleIds });
    const unread = await countUnread(db, { userId, roomIds: readIds, max: LIMITS.unreadMax });
    changes.startAt(await findHeads(db, { tenantId, roomIds: staleIds }));
    return { items: new Map(rows.map((row) => [row.id, roomListItem(row)])), unread };
  });
}
