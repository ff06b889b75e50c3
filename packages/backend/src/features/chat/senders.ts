import type { Database } from '../../db/database.ts';
import { NO_HUB, withTransaction } from '../../db/transaction.ts';
import { type SenderRow, sendersByIds } from './numbered-room-store.ts';

export type Sender = SenderRow;

/** Who people are in words, kept for half a minute: every message of a room is told to many sockets. */
export interface Senders {
  /** Null for somebody the tenant does not know. */
  of(person: { tenantId: string; userId: string }): Promise<Sender | null>;
}

const KEPT_MS = 30_000;
const MAX_KEPT = 10_000;

export function createSenders({ database }: { database: Database }): Senders {
  const known = new Map<string, { untilMs: number; sender: Promise<Sender | null> }>();

  const read = async (person: { tenantId: string; userId: string }): Promise<Sender | null> => {
    const { tenantId, userId } = person;
    const scope = { database, hub: NO_HUB, caller: person };
    const [sender] = await withTransaction(
      scope,
      async ({ db }) => await sendersByIds(db, { tenantId, userIds: [userId] }),
    );
    return sender ?? null;
  };

  return {
    async of(person) {
      const key = `${person.tenantId}/${person.userId}`;
      const entry = known.get(key);
      if (entry !== undefined && entry.untilMs > performance.now()) return await entry.sender;
      const sender = read(person);
      // Again at the end of the map, which is where the newest are.
      known.delete(key);
      known.set(key, { untilMs: performance.now() + KEPT_MS, sender });
      const [oldest] = known.keys();
      if (known.size > MAX_KEPT && oldest !== undefined) known.delete(oldest);
      sender.catch(() => known.delete(key));
      return await sender;
    },
  };
}
