import type { RevokeApiKeyInput } from '@aura/contract';
import { notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withSystemTransaction } from '../../db/transaction.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { isOwnApiKey, revokeApiKeyRow } from './api-key-store.ts';

/**
 * Ends one of the caller's keys for good; for one that was revoked already it does nothing. Within five seconds it opens
 * nothing any more and its sockets are closed, on every node. Throws `NOT_FOUND`.
 */
export async function revokeApiKey(
  ctx: CallerContext,
  { apiKeyId }: RevokeApiKeyInput,
): Promise<Record<string, never>> {
  const { tenantId, userId } = ctx.caller;
  const key = { id: apiKeyId, tenantId, userId };
  const isRevoked = await withSystemTransaction(ctx, async (tx) => {
    if (await revokeApiKeyRow(tx.db, key)) {
      await writeAudit(tx, ctx, { action: 'auth.api_key_revoked', subject: apiKeyId });
      return true;
    }
    if (!(await isOwnApiKey(tx.db, key))) throw notFound('API key');
    return false;
  });
  if (isRevoked) ctx.sessionWatch.announce([apiKeyId]);
  return {};
}
