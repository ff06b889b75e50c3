import type { IdentityView } from '@aura/contract';
import type { Tx } from '../../db/transaction.ts';
import { identityView } from './auth-view.ts';
import { membershipsOf, userById } from './member-store.ts';

/** Who a session is. Undefined when its user or membership is gone. Needs a system transaction: it lists all tenants. */
export async function readIdentity(
  { db }: Tx,
  session: { id: string; userId: string; tenantId: string },
): Promise<IdentityView | undefined> {
  const user = await userById(db, session.userId);
  return user && identityView(user, await membershipsOf(db, user.id), session);
}
