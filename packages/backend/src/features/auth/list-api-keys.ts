import type { ApiKeyView } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { liveApiKeysOf } from './api-key-store.ts';
import { apiKeyView } from './auth-view.ts';

/** The caller's keys in this tenant that can be used, the newest first. Never their secrets. */
export async function listApiKeys(ctx: CallerContext): Promise<ApiKeyView[]> {
  const rows = await withTransaction(ctx, async ({ db }) => await liveApiKeysOf(db, ctx.caller));
  return rows.map(apiKeyView);
}
