import type { RoomInboxEvent, RoomListItem } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import type { InboxChanges, RoomChange } from './inbox-changes.ts';

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
  // Before it is read, or what happens in between would be missed.
  await changes.open(staleIds);
  const items = await readItems(ctx, new Set([...staleIds, ...readIds]));
  for (const item of items.values()) changes.startAt(item.room.id, item.headSeq);
  return taken.flatMap((entry): RoomInboxEvent[] => {
    const [roomId, { activity }] = entry;
    const item = items.get(roomId);
    if (needsRoom(entry)) {
      if (item === undefined) changes.close(roomId);
      if (item !== undefined && item.room.archivedAt === null) {
        listed.add(roomId);
        return [{ type: 'room_listed', data: { item } }];
      }
      return listed.delete(roomId) ? [{ type: 'room_unlisted', data: { roomId } }] : [];
    }
    if (!listed.has(roomId)) return [];
    return [...(activity === null ? [] : [activity]), ...(item === undefined ? [] : [readEvent(item)])];
  });
}

async function readItems(
  { roomItems, caller: { tenantId, userId } }: CallerContext,
  roomIds: ReadonlySet<string>,
): Promise<Map<string, RoomListItem>> {
  const items = await Promise.all(
    [...roomIds].map(async (roomId) => await roomItems.add({ tenantId, roomId, userId })),
  );
  return new Map(items.flatMap((item) => (item === null ? [] : [[item.room.id, item]])));
}

function readEvent({ room, readSeq, headSeq, unreadCount, mentionCount }: RoomListItem): RoomInboxEvent {
  return { type: 'room_read', data: { roomId: room.id, readSeq, headSeq, unreadCount, mentionCount } };
}
