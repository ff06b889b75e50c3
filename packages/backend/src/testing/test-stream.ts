import { randomUUID } from 'node:crypto';
import type { Core } from '../context.ts';
import { withSystemTransaction, withTransaction } from '../db/transaction.ts';
import { append } from '../realtime/append.ts';
import { createStream } from '../realtime/create-stream.ts';
import type { StreamEvent } from '../realtime/event.ts';

export interface TestStream {
  id: string;
  tenantId: string;
  epoch: string;
  /** Appends `count` events in one transaction of their own; `data.text` says which. */
  append(count: number, text?: string): Promise<StreamEvent[]>;
}

/** A stream that belongs to nothing, in the default tenant unless told otherwise. */
export async function createTestStream(
  backend: Pick<Core, 'database' | 'hub'>,
  options: { tenantId?: string } = {},
): Promise<TestStream> {
  const id = randomUUID();
  const { tenantId, epoch } = await withSystemTransaction(backend, async (tx) => {
    const tenant = await tx.db
      .selectFrom('tenants')
      .select('id')
      .where('slug', '=', 'default')
      .executeTakeFirstOrThrow();
    const owner = options.tenantId ?? tenant.id;
    return { tenantId: owner, ...(await createStream(tx, { id, tenantId: owner, kind: 'user' })) };
  });
  const scope = { database: backend.database, hub: backend.hub, caller: { tenantId, userId: tenantId } };
  return {
    id,
    tenantId,
    epoch,
    async append(count, text = '') {
      const events = Array.from({ length: count }, (_, index) => ({
        type: 'test',
        data: { text: `${text}${index}` },
      }));
      const [stored = []] = await withTransaction(
        scope,
        async (tx) => await append(tx, [{ streamId: id, events }]),
      );
      return stored;
    },
  };
}
