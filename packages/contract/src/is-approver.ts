import type { ApprovalView } from './approval.ts';
import type { Role } from './primitives.ts';
import type { RoomRole } from './room.ts';

/**
 * Whether this person is one of those who are asked. Guests never are. The server decides by it; a page need not offer
 * what the server would refuse. `roomRole`: the person's in the room the run belongs to; null: not in it, left out: no room.
 */
export function isApprover(
  { userId, approvers }: Pick<ApprovalView, 'userId' | 'approvers'>,
  person: { userId: string; role: Role; roomRole?: RoomRole | null },
): boolean {
  if (person.role === 'guest') return false;
  switch (approvers.kind) {
    case 'owner':
      return person.userId === userId && person.roomRole !== null;
    case 'users':
      if (approvers.isRoomOnly === true && person.roomRole === null) return false;
      return approvers.userIds.includes(person.userId);
    case 'role':
      return person.role === 'admin' || person.role === approvers.role;
    case 'room':
      if (person.roomRole === undefined || person.roomRole === null) return false;
      return approvers.who === 'members' || person.roomRole !== 'member';
  }
}
