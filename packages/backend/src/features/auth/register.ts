import type { AuthResult, RegisterInput } from '@aura/contract';
import { randomUUID } from 'node:crypto';
import { AppError } from '../../app-error.ts';
import type { RequestContext } from '../../context.ts';
import { withSystemTransaction } from '../../db/transaction.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { addUser } from './add-user.ts';
import { authResult, createSession } from './create-session.ts';
import { defaultTenantId } from './member-store.ts';

/** Creates a user of the default tenant and signs them in. Throws `REGISTRATION_CLOSED`, `EMAIL_TAKEN`, `TOO_MANY_REQUESTS`. */
export async function register(
  ctx: RequestContext,
  { email, password, nickname }: RegisterInput,
): Promise<AuthResult> {
  if (!ctx.config.isRegistrationOpen) {
    throw new AppError('REGISTRATION_CLOSED', {
      message: 'New accounts are made by an administrator here. Ask yours for one.',
    });
  }
  const passwordHash = await ctx.passwordHasher.hash(password);
  const grant = await withSystemTransaction(ctx, async (tx) => {
    const tenantId = await defaultTenantId(tx.db);
    const userId = randomUUID();
    const isNew = await addUser(tx, {
      userId,
      tenantId,
      email,
      passwordHash,
      role: 'user',
      nickname: nickname ?? null,
    });
    if (!isNew) return null;
    const session = await createSession(tx, ctx, { userId, tenantId });
    const { sessionId } = session.identity;
    await writeAudit(
      tx,
      { caller: { tenantId, userId }, request: ctx.request },
      { action: 'auth.register', subject: sessionId },
    );
    return session;
  });
  if (grant === null) {
    throw new AppError('EMAIL_TAKEN', {
      message: 'There is an account with this e-mail address already. Sign in instead.',
    });
  }
  return await authResult(ctx, grant);
}
