import { asWriter } from '../../db/as-writer.ts';
import type { Database } from '../../db/database.ts';
import { createGroupCommit, type GroupCommit, publishGroup } from '../../realtime/group-commit.ts';
import type { Hub } from '../../realtime/hub.ts';
import { type NewRoomMessage, type WrittenMessage, writeMessages } from './message-writer-store.ts';

/**
 * The way of a room's messages: posted in groups, over all rooms and tenants, one statement a group. Posting costs no lock
 * that readers of the room wait for, and the statement itself checks membership, repeats, muting and slow mode.
 */
export type MessageWriter = GroupCommit<NewRoomMessage, WrittenMessage>;

export function createMessageWriter(ctx: { database: Database; hub: Pick<Hub, 'publish'> }): MessageWriter {
  return createGroupCommit<NewRoomMessage, WrittenMessage>({
    partOf: ({ roomId }) => roomId,
    gathers: true,
    async write(requests) {
      const results = await writeEach(requests, async (distinct) =>
        asWriter(ctx.database, async (db) => await writeMessages(db, distinct)),
      );
      publishGroup(
        ctx.hub,
        requests.flatMap(({ roomId }, index) => {
          const result = results[index];
          return result?.kind === 'posted' ? [{ streamId: roomId, events: [result.event] }] : [];
        }),
      );
      return results;
    },
  });
}

/** The same call twice in one group: the second is answered as a repetition of the first. */
async function writeEach(
  requests: readonly NewRoomMessage[],
  write: (distinct: NewRoomMessage[]) => Promise<WrittenMessage[]>,
): Promise<WrittenMessage[]> {
  const first = new Map<string, number>();
  const distinct: NewRoomMessage[] = [];
  const places = requests.map((request) => {
    const { tenantId, roomId, message, clientId } = request;
    const key = `${tenantId} ${roomId} ${message.authorId} ${clientId}`;
    const place = first.get(key) ?? distinct.push(request) - 1;
    first.set(key, place);
    return place;
  });
  const written = await write(distinct);
  return requests.map((request, index): WrittenMessage => {
    const place = places[index] ?? -1;
    const [original, result] = [distinct[place], written[place]];
    if (original === undefined || result === undefined) throw new Error('a message without an answer');
    if (original === request) return result;
    if (original.requestHash !== request.requestHash) return { kind: 'conflict' };
    if (result.kind !== 'posted') return result;
    return { kind: 'repeated', messageId: original.message.id, seq: result.event.seq, runId: null };
  });
}
