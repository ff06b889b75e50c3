import type { ApprovalView } from '@aura/contract';
import type { Caller } from '../../context.ts';

type Subject = Pick<ApprovalView, 'userId' | 'approvers'>;
type Person = Pick<Caller, 'userId' | 'role'>;

/** Whether this person is one of those who are asked. Guests never are. */
export function isApprover(subject: Subject, person: Person): boolean {
  if (person.role === 'guest') return false;
  switch (subject.approvers.kind) {
    case 'owner':
      return person.userId === subject.userId;
    case 'users':
      return subject.approvers.userIds.includes(person.userId);
    case 'role':
      return person.role === 'admin' || person.role === subject.approvers.role;
  }
}

/** Whether the approval exists for this caller at all: for those who are asked and for whoever's run it is. */
export function maySee(subject: Subject, caller: Person): boolean {
  return caller.userId === subject.userId || isApprover(subject, caller);
}

/** Why this caller may not decide it, in words; null when it may. */
export function refusalToDecide(subject: Subject, caller: Person): string | null {
  return isApprover(subject, caller) ? null : 'Somebody else is asked to decide this.';
}
