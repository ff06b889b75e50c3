import { isApprover } from '@aura/client';
import { useSession } from '@aura/client/react';
import type { ApprovalView, Role } from '@aura/contract';

export interface Me {
  userId: string;
  role: Role;
}

/** Who looks at the page. */
export function useMe(): Me | null {
  const session = useSession();
  if (session.status !== 'signedIn') return null;
  return { userId: session.identity.user.id, role: session.identity.role };
}

/** Whether whoever looks at the page is asked to decide this. */
export function isAskedOf(approval: ApprovalView, me: Me | null): boolean {
  return me !== null && isApprover(approval, me);
}
