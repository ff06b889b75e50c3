import type { IdentityView } from '@aura/contract';
import { AppError } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withSystemTransaction } from '../../db/transaction.ts';
import { readIdentity } from './read-identity.ts';

/**
 * Who the caller is, as stored now; an API key is told of its own tenant alone. Throws `SESSION_REVOKED` when the
 * membership is gone.
 */
export async function me(ctx: CallerContext): Promise<IdentityView> {
  const { userId, tenantId, sessionId: id } = ctx.caller;
  const identity = await withSystemTransaction(
    ctx,
    async (tx) => await readIdentity(tx, { id, userId, tenantId }),
  );
  if (identity === undefined) {
    throw new AppError('SESSION_REVOKED', { message: 'You are no longer a member here. Sign in again.' });
  }
  if (ctx.caller.scopes === null) return identity;
  return { ...identity, memberships: identity.memberships.filter((one) => one.tenantId === tenantId) };
}
