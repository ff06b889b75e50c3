import { idSchema } from '@aura/contract';
import { withSystemTransaction } from '../../db/transaction.ts';
import { deleteBlobs } from '../chat/delete-blobs.ts';
import type { UpkeepContext } from './retention.ts';

const BATCH = 500;
/** Longer than any upload takes: bytes come before their row. */
const MIN_AGE_MS = 86_400_000;

/**
 * Deletes bytes that no row knows: of uploads that broke off before their row, and of messages whose files could not be
 * deleted with them. What one tick leaves the next one finds.
 */
export async function sweepBlobs(ctx: UpkeepContext, signal: AbortSignal): Promise<void> {
  const before = Date.now() - MIN_AGE_MS;
  let keys: string[] = [];
  for await (const { key, storedAt } of ctx.blobs.list()) {
    if (signal.aborted) return;
    // Other names are not ours to delete.
    if (storedAt.getTime() < before && idSchema.safeParse(key).success) keys.push(key);
    if (keys.length < BATCH) continue;
    await deleteOrphans(ctx, keys);
    keys = [];
  }
  await deleteOrphans(ctx, keys);
}

async function deleteOrphans(ctx: UpkeepContext, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  const rows = await withSystemTransaction(
    ctx,
    async ({ db }) => await db.selectFrom('attachments').select('id').where('id', 'in', keys).execute(),
  );
  const known = new Set(rows.map(({ id }) => id));
  await deleteBlobs(
    ctx,
    keys.filter((key) => !known.has(key)),
  );
}
