import type { ApprovalView } from '@aura/contract';
import { isAsked } from '../chat/room-deciders.ts';
import type { Viewer } from '../chat/room-standing.ts';

type Subject = Pick<ApprovalView, 'userId' | 'approvers'>;

/**
 * Whether the approval exists for this viewer at all: for those who are asked, and for whoever's run it is or, in a room,
 * all who are in it now.
 */
export function maySee(subject: Subject, viewer: Viewer): boolean {
  const isNear = viewer.room === null ? viewer.userId === subject.userId : viewer.room.role !== null;
  return isNear || isAsked(viewer, subject);
}

/** Why this viewer may not decide it, in words; null when it may. */
export function refusalToDecide(subject: Subject, viewer: Viewer): string | null {
  return isAsked(viewer, subject) ? null : 'Somebody else is asked to decide this.';
}
