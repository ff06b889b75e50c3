import type { RoomBanView, RoomEvent, RoomMemberView, RoomView } from '@aura/contract';
import type { StreamEvent } from '../../realtime/event.ts';
import type { RoomBanRow } from './room-ban-store.ts';
import type { RoomMemberRow, RoomRow } from './room-store.ts';

export function roomView(row: RoomRow): RoomView {
  return {
    id: row.id,
    number: row.number,
    name: row.name,
    topic: row.topic,
    isPublic: row.isPublic,
    postId: row.postId,
    model: row.model,
    deciders: row.deciders,
    hidesArgs: row.hidesArgs,
    slowModeSeconds: row.slowModeSeconds,
    createdBy: row.createdBy,
    createdAt: row.createdAt.toISOString(),
    archivedAt: row.archivedAt?.toISOString() ?? null,
  };
}

export function roomMemberView(row: RoomMemberRow): RoomMemberView {
  return {
    userId: row.userId,
    name: row.name,
    pictureUrl: row.pictureUrl,
    role: row.role,
    mutedUntil: row.mutedUntil?.toISOString() ?? null,
    joinedAt: row.joinedAt.toISOString(),
  };
}

export function roomBanView({ userId, name, reason, bannedBy, bannedAt }: RoomBanRow): RoomBanView {
  return { userId, name, reason, bannedBy, bannedAt: bannedAt.toISOString() };
}

/** Only `Unplaced<RoomEvent>` is ever appended to a room's stream. */
export function roomEvent(event: StreamEvent): RoomEvent {
  return event as unknown as RoomEvent;
}
