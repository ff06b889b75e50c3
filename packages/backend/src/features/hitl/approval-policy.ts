import { type ApprovalView, isApprover } from '@aura/contract';
import type { Caller } from '../../context.ts';

type Subject = Pick<ApprovalView, 'userId' | 'approvers'>;
type Person = Pick<Caller, 'userId' | 'role'>;

/** Whether the approval exists for this caller at all: for those who are asked and for whoever's run it is. */
export function maySee(subject: Subject, caller: Person): boolean {
  return caller.userId === subject.userId || isApprover(subject, caller);
}

/** Why this caller may not decide it, in words; null when it may. */
export function refusalToDecide(subject: Subject, caller: Person): string | null {
  return isApprover(subject, caller) ? null : 'Somebody else is asked to decide this.';
}
