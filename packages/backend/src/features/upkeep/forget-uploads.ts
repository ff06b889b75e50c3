import { sql } from 'kysely';
import { withSystemTransaction } from '../../db/transaction.ts';
import { deleteBlobs } from '../chat/delete-blobs.ts';
import { inBatches } from './in-batches.ts';
import { daysAgo, type UpkeepContext } from './retention.ts';

const BATCH = 500;
const KEPT_DAYS = 1;

/** Deletes files that were uploaded a day ago and never posted. */
export async function forgetUploads(ctx: UpkeepContext, signal: AbortSignal): Promise<void> {
  await inBatches(signal, async () => {
    const ids = await withSystemTransaction(ctx, async ({ db }) => {
      // Asks again outside: one that was posted meanwhile is not loose any more.
      const { rows } = await sql<{ id: string }>`
        delete from attachments where message_id is null and id in (
          select id from attachments where message_id is null and created_at < ${daysAgo(KEPT_DAYS)}
          order by created_at limit ${BATCH})
        returning id`.execute(db);
      return rows.map(({ id }) => id);
    });
    await deleteBlobs(ctx, ids);
    return { isLast: ids.length < BATCH };
  });
}
