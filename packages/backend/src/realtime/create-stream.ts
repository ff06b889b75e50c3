import { randomBytes } from 'node:crypto';
import type { Tx } from '../db/transaction.ts';
import type { Schema } from '../db/schema.ts';

/** Makes an empty stream. Its epoch is what tells its cursors from those of a stream rebuilt under the same id. */
export async function createStream(
  tx: Tx,
  stream: { id: string; tenantId: string; kind: Schema['streams']['kind'] },
): Promise<{ epoch: string }> {
  const epoch = randomBytes(4).toString('hex');
  await tx.db
    .insertInto('streams')
    .values({ ...stream, epoch })
    .execute();
  return { epoch };
}
