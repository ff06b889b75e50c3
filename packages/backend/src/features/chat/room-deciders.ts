import { type Approvers, type ApprovalView, isApprover, type RoomDeciders } from '@aura/contract';
import type { Viewer } from './room-standing.ts';

type Rule = { deciders: RoomDeciders } | null;

/** Who decides about a run's calls unless policy names others: its user, or whom the room's rule names. */
export function callApprovers(room: Rule): Approvers {
  const deciders = room?.deciders ?? 'asker';
  return deciders === 'asker' ? { kind: 'owner' } : { kind: 'room', who: deciders };
}

/** Who answers what the agent asks in words: whoever asked it, and where any member decides, any member. */
export function questionApprovers(room: Rule): Approvers {
  return room?.deciders === 'members' ? callApprovers(room) : { kind: 'owner' };
}

/** Whether the viewer is one of those who are asked, as the viewer stands in the room now. */
export function isAsked(viewer: Viewer, subject: Pick<ApprovalView, 'userId' | 'approvers'>): boolean {
  const { userId, role, room } = viewer;
  return isApprover(subject, room === null ? { userId, role } : { userId, role, roomRole: room.role });
}

/** Whether the viewer is told what calls of a run are made with and what comes of them. */
export function maySeeArgs(viewer: Viewer, askerId: string | undefined): boolean {
  if (viewer.room === null || !viewer.room.hidesArgs) return true;
  // Nobody's id: an event that does not say whose run it is.
  return isAsked(viewer, { userId: askerId ?? '', approvers: callApprovers(viewer.room) });
}

/** Viewers of a room with the same key see the same of every event. */
export function viewKeyOf(viewer: Viewer): string {
  const { room, userId } = viewer;
  if (room === null || !room.hidesArgs) return 'all';
  // An approval may name anybody.
  return `${room.deciders} ${viewer.role} ${room.role} ${userId}`;
}
