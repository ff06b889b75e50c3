import type { AuthResult, LoginInput } from '@aura/contract';
import { accountInactive, AppError, notFound } from '../../app-error.ts';
import type { RequestContext } from '../../context.ts';
import { storableText } from '../../db/json-text.ts';
import { type Tx, withSystemTransaction } from '../../db/transaction.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { authResult, createSession, type SessionGrant } from './create-session.ts';
import { attemptKeys, countFailure, countSuccess, holdDoor, lockedForMs } from './login-attempts.ts';
import {
  firstTenantId,
  lockMember,
  type LoginRow,
  normalizeEmail,
  replaceHash,
  userByEmail,
} from './member-store.ts';

/** How a login ends; refusals are values, so that what they count is committed. */
type Outcome =
  | { is: 'granted'; grant: SessionGrant }
  | { is: 'locked'; remainingMs: number }
  | { is: 'wrong' | 'inactive' | 'noTenant' };

/**
 * Signs in with a password. Nothing in the answer or in the work tells an unknown address from a wrong password; that
 * an account is inactive is told only to who has its password. Throws `INVALID_CREDENTIALS`, `ACCOUNT_INACTIVE`,
 * `ACCOUNT_LOCKED` (with `retryAfterMs`), `NOT_FOUND` (a tenant the user is not in), `TOO_MANY_REQUESTS`.
 */
export async function login(
  ctx: RequestContext,
  { email, password, tenantId }: LoginInput,
): Promise<AuthResult> {
  const address = normalizeEmail(storableText(email));
  const keys = attemptKeys(address, ctx.request.address);
  const { user, remainingMs } = await withSystemTransaction(ctx, async ({ db }) => ({
    user: await userByEmail(db, address),
    remainingMs: await lockedForMs(db, keys),
  }));
  if (remainingMs > 0) throw locked(remainingMs);

  const stored = user?.passwordHash ?? null;
  const { isMatch, needsRehash } = await ctx.passwordHasher.verify(password, stored);
  const newHash = needsRehash ? await ctx.passwordHasher.hash(password) : null;
  const outcome = await withSystemTransaction(ctx, async (tx): Promise<Outcome> => {
    // Before the password counts, so that a guess which comes too late costs and tells the same, right or wrong.
    const tooLateMs = await holdDoor(tx.db, keys);
    if (tooLateMs > 0) return await refuse(tx, ctx, { user, remainingMs: tooLateMs });
    if (user === undefined || stored === null || !isMatch) {
      return await refuse(tx, ctx, { user, remainingMs: await countFailure(tx.db, keys) });
    }
    await countSuccess(tx.db, keys);
    if (newHash !== null) await replaceHash(tx.db, { userId: user.id, from: stored, to: newHash });
    return await admit(tx, ctx, { user, tenantId });
  });
  switch (outcome.is) {
    case 'granted':
      return await authResult(ctx, outcome.grant);
    case 'locked':
      throw locked(outcome.remainingMs);
    case 'wrong':
      throw new AppError('INVALID_CREDENTIALS', {
        message: 'The e-mail address or the password is not right.',
      });
    case 'inactive':
      throw accountInactive();
    case 'noTenant':
      throw notFound('tenant');
  }
}

async function refuse(
  tx: Tx,
  ctx: RequestContext,
  { user, remainingMs }: { user: LoginRow | undefined; remainingMs: number },
): Promise<Outcome> {
  await writeAudit(
    tx,
    { caller: null, request: ctx.request },
    { action: 'auth.login_failed', ...(user && { subject: user.id }) },
  );
  return remainingMs > 0 ? { is: 'locked', remainingMs } : { is: 'wrong' };
}

async function admit(
  tx: Tx,
  ctx: RequestContext,
  login: { user: LoginRow; tenantId: string | undefined },
): Promise<Outcome> {
  const userId = login.user.id;
  if (!login.user.isActive) return { is: 'inactive' };
  const tenantId = login.tenantId ?? (await firstTenantId(tx.db, userId));
  const member = tenantId === undefined ? undefined : await lockMember(tx.db, { tenantId, userId });
  if (tenantId === undefined || member === undefined) return { is: 'noTenant' };
  if (!member.isActive) return { is: 'inactive' };
  const grant = await createSession(tx, ctx, { userId, tenantId });
  const caller = { tenantId, userId };
  await writeAudit(
    tx,
    { caller, request: ctx.request },
    { action: 'auth.login', subject: grant.identity.sessionId },
  );
  return { is: 'granted', grant };
}

function locked(remainingMs: number): AppError {
  return new AppError('ACCOUNT_LOCKED', {
    message: `Too many wrong passwords. Try again in ${Math.ceil(remainingMs / 1_000)} s.`,
    retryAfterMs: remainingMs,
  });
}
