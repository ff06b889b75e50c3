import type { DatabaseDump } from '@aura/backend/testing';
import type { Seen } from './reader.ts';
import type { Sent } from './writer.ts';

/** What everybody saw and wrote, and what the log holds. */
export interface DeliveryEvidence {
  roomId: string;
  dump: Pick<DatabaseDump, 'streams' | 'events'>;
  readers: readonly { name: string; seen: readonly Seen[] }[];
  sent: readonly Sent[];
}

/**
 * The law of delivery, held against the evidence; every breach is a line. A pure function: each reader saw the log from
 * where it began, without a hole, a double or another order, up to its head; what was acknowledged is in the log where it
 * was said to be, and nothing is in it twice.
 */
export function checkDelivery({ roomId, dump, readers, sent }: DeliveryEvidence): string[] {
  const log = dump.events.filter(({ streamId }) => streamId === roomId);
  const head = dump.streams.find(({ id }) => id === roomId)?.head ?? 0;
  const isDense = log.length === head && log.every(({ seq }, index) => seq === index + 1);
  return [
    ...(isDense ? [] : [`the log has ${log.length} events under the head ${head}`]),
    ...readers.flatMap((reader) => checkReader(reader, log, head)),
    ...checkSent(sent, log),
  ];
}

type LoggedEvent = DatabaseDump['events'][number];

function checkReader(
  { name, seen }: { name: string; seen: readonly Seen[] },
  log: readonly LoggedEvent[],
  head: number,
): string[] {
  const [first, ...rest] = seen;
  if (first?.type !== 'reset') return [`${name} did not begin with where things stand`];
  const wrong = rest.findIndex(({ seq, type, messageId }, index) => {
    const stored = log[first.seq + index];
    return seq !== first.seq + index + 1 || stored?.type !== type || messageIn(stored) !== messageId;
  });
  if (wrong !== -1) {
    const { seq, type } = rest[wrong] ?? {};
    return [`${name} saw ${seq} ${type} in place of ${first.seq + wrong + 1}`];
  }
  const last = seen.at(-1)?.seq ?? 0;
  return last === head ? [] : [`${name} stays at ${last} of ${head}`];
}

function checkSent(sent: readonly Sent[], log: readonly LoggedEvent[]): string[] {
  const posted = Map.groupBy(
    log.filter(({ type }) => type === 'message_posted'),
    (event) => messageOf(event)?.clientId,
  );
  const known = new Set(sent.map(({ clientId }) => clientId));
  const doubled = [...posted].flatMap(([clientId, events]) =>
    events.length === 1 ? [] : [`${clientId} is in the log ${events.length} times`],
  );
  const made = [...posted.keys()].flatMap((clientId) =>
    known.has(clientId ?? '') ? [] : [`nobody wrote ${clientId}`],
  );
  const lost = sent.flatMap(({ clientId, answer }) => {
    if (answer === null) return [];
    const [event] = posted.get(clientId) ?? [];
    const isThere = event?.seq === answer.seq && messageIn(event) === answer.messageId;
    return isThere ? [] : [`${clientId} was acknowledged as ${answer.seq} and is not there`];
  });
  return [...doubled, ...made, ...lost];
}

const messageIn = (event: LoggedEvent): string | null => messageOf(event)?.id ?? null;

function messageOf({ type, data }: LoggedEvent): { id: string; clientId: string } | null {
  if (type !== 'message_posted') return null;
  const { message } = data as { message: { id: string; clientId: string } };
  return message;
}
