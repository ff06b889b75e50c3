import type { Role } from '@aura/contract';
import { randomUUID } from 'node:crypto';
import type { Tx } from '../../db/transaction.ts';
import { createStream } from '../../realtime/create-stream.ts';
import { insertMembership, readmit } from './member-store.ts';

/** Makes a user that there is a member of another tenant, or again of one they had left. */
export async function joinTenant(
  tx: Tx,
  { tenantId, userId, role }: { tenantId: string; userId: string; role: Role },
): Promise<void> {
  if (await readmit(tx.db, { tenantId, userId, role })) return;
  const streamId = randomUUID();
  await createStream(tx, { id: streamId, tenantId, kind: 'user' });
  await insertMembership(tx.db, { tenantId, userId, role, streamId });
}
