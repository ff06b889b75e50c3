import type { Caller } from '../../context.ts';
import type { Tx } from '../../db/transaction.ts';
import { roleOfKey } from '../auth/auth-policy.ts';

/**
 * The caller as the database knows them in this transaction, whatever their token has said for up to 15 minutes. Null
 * when they are no member any more, or were deactivated.
 */
export async function currentCaller<C extends Pick<Caller, 'tenantId' | 'userId' | 'role' | 'scopes'>>(
  { db }: Tx,
  caller: C,
): Promise<C | null> {
  const member = await db
    .selectFrom('memberships')
    .innerJoin('users', 'users.id', 'memberships.userId')
    .select('memberships.role')
    .where('memberships.tenantId', '=', caller.tenantId)
    .where('memberships.userId', '=', caller.userId)
    .where('memberships.removedAt', 'is', null)
    .where('users.isActive', '=', true)
    .executeTakeFirst();
  if (member === undefined) return null;
  const role = caller.scopes === null ? member.role : roleOfKey(member.role, caller.scopes);
  return { ...caller, role };
}
