import type { Role, RoomMemberView, RoomMessageView, RoomRole, RoomView } from '@aura/contract';

/** Who looks at a room, and what they may do there. The server decides; a page need not offer what it would refuse. */
export interface RoomReader {
  userId: string;
  /** In the workspace. */
  role: Role;
  member: RoomMemberView | null;
}

/** Why somebody cannot write; null: they can. */
export type WriteBar = { kind: 'archived' } | { kind: 'guest' } | { kind: 'muted'; until: string } | null;

export function writeBar(reader: RoomReader, room: RoomView, now: number): WriteBar {
  if (room.archivedAt !== null) return { kind: 'archived' };
  if (reader.role === 'guest') return { kind: 'guest' };
  const until = reader.member?.mutedUntil ?? null;
  return until !== null && Date.parse(until) > now ? { kind: 'muted', until } : null;
}

/** One's own reaction can also be taken back while one is muted. */
export function mayTakeBack(bar: WriteBar): boolean {
  return bar === null || bar.kind === 'muted';
}

/** Owners and moderators. */
export function mayModerate({ role, member }: RoomReader): boolean {
  return role !== 'guest' && member !== null && member.role !== 'member';
}

export function isOwner({ role, member }: RoomReader): boolean {
  return role !== 'guest' && member?.role === 'owner';
}

/** Members of a public room bring others in; into a private one its owners and moderators do. */
export function mayInvite(reader: RoomReader, room: RoomView): boolean {
  if (room.archivedAt !== null || reader.role === 'guest' || reader.member === null) return false;
  return room.isPublic || mayModerate(reader);
}

const RANK: Record<RoomRole, number> = { owner: 2, moderator: 1, member: 0 };

/** Muting, removing and banning goes down the ranks only. */
export function outranks(reader: RoomReader, other: RoomMemberView): boolean {
  return mayModerate(reader) && reader.member !== null && RANK[reader.member.role] > RANK[other.role];
}

export function mayEdit(reader: RoomReader, message: RoomMessageView): boolean {
  return message.deletedAt === null && message.authorId === reader.userId;
}

/** Also while muted, and in an archived room. */
export function mayDelete(reader: RoomReader, message: RoomMessageView): boolean {
  if (message.deletedAt !== null || reader.role === 'guest') return false;
  return message.authorId === reader.userId || mayModerate(reader);
}
