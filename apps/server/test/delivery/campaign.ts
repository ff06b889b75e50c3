import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom, type Random, readDump } from '@aura/backend/testing';
import { newClientId } from '@aura/client';
import { type Cluster, NODES, startCluster } from '../chaos/cluster.ts';
import { planFaults } from '../chaos/fault-plan.ts';
import { createHistory, entriesOf, type History } from '../chaos/history.ts';
import { nemesis } from '../chaos/nemesis.ts';
import { type Person, startPeople } from '../chaos/people.ts';
import { pause, until } from '../chaos/wait.ts';
import { checkDelivery, type DeliveryEvidence } from './check-delivery.ts';
import { type LossCounts, startLossyRedis } from './lossy-redis.ts';
import { createReader, type Reader } from './reader.ts';
import { type Sent, write } from './writer.ts';

export interface DeliveryOptions {
  /** The same one plans the same faults. */
  seed: number;
  seconds: number;
  kills: number;
  members: number;
  /** Which part of what nodes tell each other is lost, 0 to 1. */
  lossShare: number;
  log?: (line: string) => void;
}

export interface DeliveryResult {
  summary: Record<string, number>;
  /** Empty when the law held. */
  violations: string[];
  evidence: DeliveryEvidence;
}

const CATCH_UP_MS = 60_000;
const STALL_EVERY_MS = 4_000;
const LID_EVERY_MS = 1_500;

/**
 * A room on three servers, whose members write and read without pause, on devices that sleep and over links that stall,
 * while servers are killed and frozen, sockets cut, Redis and PostgreSQL restarted, and part of all messages between the
 * servers is lost. Then everything is mended, and what everybody saw is held against the log.
 */
export async function deliveryCampaign(options: DeliveryOptions): Promise<DeliveryResult> {
  const { seed, seconds, kills, lossShare: share, log = () => {} } = options;
  const random = createRandom(seed);
  const folder = await mkdtemp(join(tmpdir(), `aura-delivery-${seed}-`));
  await using stack = new AsyncDisposableStack();
  const history = stack.use(createHistory(join(folder, 'history.jsonl')));
  const counts: LossCounts = { published: 0, lost: 0 };
  const reachRedis = async (url: string) => await startLossyRedis(url, { share, random, counts });
  const cluster = stack.use(await startCluster(history, { reachRedis }));
  const people = await startPeople(cluster, { count: options.members, stack });
  const roomId = await openRoom(people);
  const readers = people.flatMap(({ clients }, member) =>
    clients.map((client, device) =>
      stack.use(createReader(`member ${member} device ${device}`, client, roomId)),
    ),
  );
  await until(() => readers.every(({ seen }) => seen.length > 0), { withinMs: CATCH_UP_MS });
  log(`the cluster is up; ${readers.length} readers; history: ${history.path}`);

  const over = new AbortController();
  const { signal } = over;
  const sent: Sent[] = [];
  const busy = [
    ...people.map(async ({ clients }) => await write(clients, { roomId, random, signal, sent })),
    stallLinks(cluster, random, signal),
    closeLids(readers, random, signal),
  ];
  await nemesis({ cluster, history }, planFaults({ seed, seconds, kills, nodes: NODES }));
  log('the faults are over; everything is mended');
  over.abort();
  await Promise.all(busy);
  for (const reader of readers) reader.open();
  const startedAt = performance.now();
  const dump = await readDump(cluster.postgres.url);
  const head = dump.streams.find(({ id }) => id === roomId)?.head ?? 0;
  await until(() => readers.every(({ lastSeq }) => lastSeq >= head), { withinMs: CATCH_UP_MS });
  const catchUpMs = Math.round(performance.now() - startedAt);
  const evidence: DeliveryEvidence = {
    roomId,
    dump,
    readers: readers.map(({ name, seen }) => ({ name, seen: [...seen] })),
    sent,
  };
  return {
    summary: { ...summarize(history, evidence), ...counts, catchUpMs },
    violations: checkDelivery(evidence),
    evidence,
  };
}

async function openRoom(people: readonly Person[]): Promise<string> {
  const [owner, ...others] = people;
  if (owner === undefined) throw new Error('nobody to make a room');
  const userIds = others.map(({ userId }) => userId);
  const room = { clientId: newClientId(), name: 'The law of delivery', userIds };
  return (await owner.clients[0].chat.createRoom.mutate(room)).id;
}

/** Links that let nothing through for a while, and then everything at once. */
async function stallLinks({ entries }: Cluster, random: Random, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await pause(STALL_EVERY_MS, signal);
    entries[random.int(0, entries.length - 1)]?.stall(random.int(500, 3_000));
  }
}

/** Devices that sleep, and go on where they were. */
async function closeLids(readers: readonly Reader[], random: Random, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await pause(LID_EVERY_MS, signal);
    const reader = readers[random.int(0, readers.length - 1)];
    if (reader?.isOpen === true) reader.close();
    else reader?.open();
  }
}

function summarize(
  { entries }: History,
  { roomId, dump, readers, sent }: DeliveryEvidence,
): Record<string, number> {
  const faults = entriesOf(entries, 'fault').filter(({ isApplied }) => isApplied);
  const count = (kind: string): number => faults.filter(({ fault }) => fault.kind.startsWith(kind)).length;
  return {
    kills: count('kill'),
    freezes: count('freeze'),
    cuts: count('cut-sockets'),
    redisFaults: count('redis'),
    postgresCrashes: count('postgres-crash'),
    readers: readers.length,
    sent: sent.length,
    acknowledged: sent.filter(({ answer }) => answer !== null).length,
    eventsInLog: dump.events.filter(({ streamId }) => streamId === roomId).length,
    eventsRead: readers.reduce((sum, { seen }) => sum + seen.length, 0),
  };
}
