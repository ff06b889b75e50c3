import { API_KEY_LIMITS, type CreateApiKeyInput, type CreateApiKeyOutput } from '@aura/contract';
import { AppError, sessionRevoked } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { storableText } from '../../db/json-text.ts';
import { withSystemTransaction } from '../../db/transaction.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { insertApiKey, liveApiKeysOf, lockKeysOf } from './api-key-store.ts';
import { issueApiKey } from './api-key-token.ts';
import { assertCanCreateApiKey, normalizeScopes } from './auth-policy.ts';
import { apiKeyView } from './auth-view.ts';
import { lockSession } from './session-store.ts';

/**
 * Makes a key for a machine that acts as the caller in this tenant. Its text is in the answer and nowhere else. Throws
 * `FORBIDDEN` (a guest; the scope `admin` for who is no admin), `CONFLICT` (too many keys), `SESSION_REVOKED`.
 */
export async function createApiKey(
  ctx: CallerContext,
  { name, scopes: asked, expiresInDays }: CreateApiKeyInput,
): Promise<CreateApiKeyOutput> {
  const { tenantId, userId, sessionId } = ctx.caller;
  const member = { tenantId, userId };
  const scopes = normalizeScopes(asked);
  const { key, claim } = issueApiKey();
  const row = await withSystemTransaction(ctx, async (tx) => {
    const role = await lockKeysOf(tx.db, member);
    // From the row: a key lives longer than a session that this node has not heard the end of.
    const session = await lockSession(tx.db, sessionId);
    const isOver = session === undefined || session.isRevoked || session.isOver || !session.isUserActive;
    if (role === undefined || isOver) throw sessionRevoked();
    assertCanCreateApiKey(role, scopes);
    if ((await liveApiKeysOf(tx.db, member)).length >= API_KEY_LIMITS.perMember) {
      throw new AppError('CONFLICT', {
        message: `You have ${API_KEY_LIMITS.perMember} API keys, which is as many as there may be. Revoke one first.`,
      });
    }
    const row = await insertApiKey(tx.db, {
      ...member,
      ...claim,
      name: storableText(name),
      scopes,
      expiresInDays,
    });
    await writeAudit(tx, ctx, {
      action: 'auth.api_key_created',
      subject: row.id,
      data: { scopes, expiresAt: row.expiresAt.toISOString() },
    });
    return row;
  });
  return { key, apiKey: apiKeyView(row) };
}
