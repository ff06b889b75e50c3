import type { RoomRole } from '@aura/contract';
import { AppError } from '../../app-error.ts';

interface Member {
  userId: string;
  role: RoomRole;
}

/** Owners and moderators. */
export function mayModerate(role: RoomRole): boolean {
  return role !== 'member';
}

export function assertModerator(me: Member): void {
  if (mayModerate(me.role)) return;
  throw new AppError('FORBIDDEN', {
    message: 'Only owners and moderators of this room may do this. Ask one.',
  });
}

export function assertOwner(me: Member): void {
  if (me.role === 'owner') return;
  throw new AppError('FORBIDDEN', { message: 'Only owners of this room may do this. Ask one.' });
}

const RANK: Record<RoomRole, number> = { owner: 2, moderator: 1, member: 0 };

/** Whoever is an owner stays one until another can take over: somebody must be able to look after a room. */
export function assertReplaced(member: Pick<Member, 'role'>, others: { owners: number }): void {
  if (member.role !== 'owner' || others.owners > 0) return;
  throw new AppError('CONFLICT', {
    message: 'This room would have no owner. Make another member one first, or archive the room.',
  });
}

/** Muting, removing and banning goes down the ranks only, never to an equal. */
export function assertOutranks(me: Member, other: Member): void {
  assertModerator(me);
  if (RANK[me.role] > RANK[other.role]) return;
  throw new AppError('FORBIDDEN', {
    message: 'This is an owner, or a moderator like you. Only an owner may do this to moderators.',
  });
}

export function assertAuthor(me: Member, message: { authorId: string | null }): void {
  if (message.authorId === me.userId) return;
  throw new AppError('FORBIDDEN', { message: 'Only whoever wrote a message may change its words.' });
}

export function assertMayDelete(me: Member, message: { authorId: string | null }): void {
  if (message.authorId === me.userId || mayModerate(me.role)) return;
  throw new AppError('FORBIDDEN', {
    message: 'Only its author, owners and moderators may delete a message.',
  });
}

export function assertOpen(room: { archivedAt: Date | null }): void {
  if (room.archivedAt === null) return;
  throw archived();
}

export function archived(): AppError {
  return new AppError('ROOM_ARCHIVED', {
    message: 'This room is archived. Ask an owner to reopen it.',
  });
}

export function banned(): AppError {
  return new AppError('BANNED', {
    message: 'You are banned from this room. Ask a moderator to lift the ban.',
  });
}

/** Somebody who may not write may not make themselves heard by other means either. */
export function assertNotMuted({ mutedUntil }: { mutedUntil: Date | null }, now: Date): void {
  if (mutedUntil === null || mutedUntil <= now) return;
  throw muted(mutedUntil, now);
}

export function muted(until: Date, now: Date): AppError {
  return new AppError('MUTED', {
    message: `You are muted in this room until ${until.toISOString()}. You can still read.`,
    retryAfterMs: Math.max(0, until.getTime() - now.getTime()),
  });
}
