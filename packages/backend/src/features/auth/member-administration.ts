import type { Role } from '@aura/contract';
import { AppError, notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { takeTurn } from '../../db/take-turn.ts';
import type { Tx } from '../../db/transaction.ts';
import { countAdmins, lockMember } from './member-store.ts';

/**
 * For whoever changes who belongs to the tenant and as what: they go one after the other, or two admins could take away
 * each other's role at once and leave a tenant that nobody can administer. Throws `FORBIDDEN` when the caller is no admin
 * any more, whatever their token says.
 */
export async function takeMembersTurn(tx: Tx, { caller }: CallerContext): Promise<void> {
  await takeTurn(tx.db, `aura-members:${caller.tenantId}`);
  const own = await lockMember(tx.db, caller);
  if (own?.role === 'admin' && own.isActive) return;
  throw new AppError('FORBIDDEN', { message: 'Only admins of this tenant may do this. Ask one.' });
}

/** The member's role. Throws `NOT_FOUND`. */
export async function roleOfMember(tx: Tx, member: { tenantId: string; userId: string }): Promise<Role> {
  const found = await lockMember(tx.db, member);
  if (found === undefined) throw notFound('member');
  return found.role;
}

/** Throws `CONFLICT` when nobody else could administer the tenant. */
export async function assertNotLastAdmin(tx: Tx, tenantId: string, role: Role): Promise<void> {
  if (role !== 'admin' || (await countAdmins(tx.db, tenantId)) > 1) return;
  throw new AppError('CONFLICT', {
    message: 'This is the only admin of this tenant. Make somebody else one first.',
  });
}
