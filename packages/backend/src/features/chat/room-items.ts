import type { RoomListItem } from '@aura/contract';
import type { Database } from '../../db/database.ts';
import { NO_HUB, withSnapshot } from '../../db/transaction.ts';
import { createGroupCommit, type GroupCommit } from '../../realtime/group-commit.ts';
import { listedRoomsOf } from './room-list-store.ts';
import { roomListItem } from './room-list-view.ts';

export interface RoomItemKey {
  tenantId: string;
  roomId: string;
  userId: string;
}

/**
 * A room as a member's list shows it, read after it was asked for; null for whoever is not in it. What is asked for while a
 * read is under way is read together: when something changes that everybody's list shows, everybody asks at once.
 */
export type RoomItems = GroupCommit<RoomItemKey, RoomListItem | null>;

export function createRoomItems({ database }: { database: Database }): RoomItems {
  return createGroupCommit<RoomItemKey, RoomListItem | null>({
    partOf: ({ tenantId }) => tenantId,
    async write(requests) {
      const items = new Map<string, RoomListItem>();
      for (const [tenantId, members] of Map.groupBy(requests, (request) => request.tenantId)) {
        const scope = { database, hub: NO_HUB, caller: { tenantId, userId: tenantId } };
        const rows = await withSnapshot(scope, async (db) => await listedRoomsOf(db, { tenantId, members }));
        for (const row of rows) items.set(`${row.id} ${row.userId}`, roomListItem(row));
      }
      return requests.map(({ roomId, userId }) => items.get(`${roomId} ${userId}`) ?? null);
    },
  });
}
