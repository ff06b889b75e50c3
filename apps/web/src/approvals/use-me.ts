import { isApprover } from '@aura/client';
import { useSession } from '@aura/client/react';
import type { ApprovalView, Role, RoomRole } from '@aura/contract';
import { useMemo } from 'react';
import { useRoomRole } from './room-role-context.ts';

export interface Me {
  userId: string;
  role: Role;
  /** In the room that is shown, if one is. */
  roomRole?: RoomRole | null;
}

/** Who looks at the page. */
export function useMe(): Me | null {
  const session = useSession();
  const roomRole = useRoomRole();
  const identity = session.status === 'signedIn' ? session.identity : null;
  return useMemo(() => {
    if (identity === null) return null;
    const me = { userId: identity.user.id, role: identity.role };
    return roomRole === undefined ? me : { ...me, roomRole };
  }, [identity, roomRole]);
}

/** Whether whoever looks at the page is asked to decide this. */
export function isAskedOf(approval: ApprovalView, me: Me | null): boolean {
  return me !== null && isApprover(approval, me);
}
