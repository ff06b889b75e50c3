import type { ApprovalView, Role } from '@aura/contract';

/**
 * Whether this person is one of those who are asked, so that a page need not offer what the server would refuse. The
 * server decides.
 */
export function mayDecide(
  { approvers, userId }: Pick<ApprovalView, 'approvers' | 'userId'>,
  person: { userId: string; role: Role },
): boolean {
  if (person.role === 'guest') return false;
  switch (approvers.kind) {
    case 'owner':
      return person.userId === userId;
    case 'users':
      return approvers.userIds.includes(person.userId);
    case 'role':
      return person.role === 'admin' || person.role === approvers.role;
  }
}
