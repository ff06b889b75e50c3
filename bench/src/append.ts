// npm run append -w bench : rows per second of the event log, a transaction per event against the group writer, and
// messages in rooms (membership, repeats, muting and slow mode checked, message and event stored), on PostgreSQL with fsync
// on. 64 writers, one hot stream and 50 streams; medians of three rounds.
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { Backend } from '@aura/backend';
import {
  addMembers,
  append,
  createStream,
  createTestCaller,
  startPostgres,
  type TestCaller,
  withTransaction,
} from '@aura/backend/testing';
import { countOf } from './count-of.ts';
import { median, quantile } from './figures.ts';
import { openBenchBackend } from './open-bench-backend.ts';

const HELP = `npm run append -w bench -- [options]
  --seconds N  of each measurement (5)`;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const SECONDS = countOf('seconds', values.seconds);
const WRITERS = 64;
const ROUNDS = 3;
const MESSAGE = {
  text: 'x'.repeat(100),
  threadOf: null,
  mentions: [],
  attachments: [],
  runId: null,
  isComplete: true,
};
const event = { type: 'message_created', data: { text: 'x'.repeat(200) } };

interface Figures {
  rowsPerSecond: number;
  p50: number;
  p99: number;
}

await using postgres = await startPostgres({ durable: true });
await using bench = await openBenchBackend({ databaseUrl: postgres.url });
const { backend } = bench;
const user = await createTestCaller(backend);
const people = await Promise.all(
  Array.from({ length: WRITERS }, async () => (await createTestCaller(backend)).ctx.caller),
);

const write: Record<string, (streamId: string, writer: number) => Promise<unknown>> = {
  'transaction per event': async (streamId) =>
    await withTransaction(user.ctx, async (tx) => await append(tx, [{ streamId, events: [event] }])),
  'group writer': async (streamId) =>
    await backend.groupWriter.append({ tenantId: user.ctx.caller.tenantId, streamId, events: [event] }),
  'messages in a room': async (roomId, writer) => await post(people[writer], roomId),
};

console.log(
  `${WRITERS} writers, ${ROUNDS} rounds of ${SECONDS} s, fsync on; rows/s and latency to commit in ms`,
);
for (const streams of [1, 50]) {
  const rows: Record<string, Figures[]> = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, writeOne] of Object.entries(write)) {
      const targets = await (name === 'messages in a room'
        ? makeRooms(streams)
        : makeStreams(backend, user, streams));
      (rows[name] ??= []).push(await measure(targets, writeOne));
    }
  }
  console.log(`\n${streams} stream${streams === 1 ? '' : 's'}`);
  for (const [name, figures] of Object.entries(rows)) {
    const { rowsPerSecond, p50, p99 } = medians(figures);
    console.log(
      `  ${name.padEnd(24)} ${String(Math.round(rowsPerSecond)).padStart(7)} rows/s   p50 ${p50.toFixed(1).padStart(6)}   p99 ${p99.toFixed(1).padStart(6)}`,
    );
  }
  const [slow, fast] = ['transaction per event', 'messages in a room'].map((name) =>
    medians(rows[name] ?? []),
  );
  if (slow !== undefined && fast !== undefined) {
    console.log(`  ratio ${(fast.rowsPerSecond / slow.rowsPerSecond).toFixed(1)}`);
  }
}

async function measure(
  streamIds: string[],
  writeOne: (streamId: string, writer: number) => Promise<unknown>,
): Promise<Figures> {
  const latencies: number[] = [];
  const endAt = performance.now() + SECONDS * 1_000;
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: WRITERS }, async (_, writer) => {
      const streamId = streamIds[writer % streamIds.length] ?? '';
      while (performance.now() < endAt) {
        const before = performance.now();
        await writeOne(streamId, writer);
        latencies.push(performance.now() - before);
      }
    }),
  );
  const elapsedS = (performance.now() - startedAt) / 1_000;
  return {
    rowsPerSecond: latencies.length / elapsedS,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
  };
}

async function makeStreams(node: Backend, { ctx }: TestCaller, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUID());
  await withTransaction({ ...node, caller: ctx.caller }, async (tx) => {
    for (const id of ids) await createStream(tx, { id, tenantId: ctx.caller.tenantId, kind: 'conversation' });
  });
  return ids;
}

async function makeRooms(count: number): Promise<string[]> {
  const rooms: string[] = [];
  for (let index = 0; index < count; index++) {
    const room = await user.call.chat.createRoom({ clientId: randomUUID(), name: `Room ${index}` });
    const { tenantId } = user.ctx.caller;
    const userIds = people.map(({ userId }) => userId);
    await withTransaction(user.ctx, async (tx) => {
      await addMembers(tx, { tenantId, roomId: room.id }, { userIds, role: 'member', invitedBy: null });
    });
    rooms.push(room.id);
  }
  return rooms;
}

/** Under a clientId of its own each time, as the router would have it. */
async function post(caller: TestCaller['ctx']['caller'] | undefined, roomId: string): Promise<void> {
  if (caller === undefined) throw new Error('nobody to write');
  const { tenantId, userId } = caller;
  const clientId = randomUUID();
  const message = { ...MESSAGE, id: randomUUID(), authorId: userId, clientId };
  const written = await backend.messageWriter.add({
    tenantId,
    userId,
    roomId,
    clientId,
    requestHash: clientId,
    message,
    thread: null,
  });
  if (written.kind !== 'posted') throw new Error(`the message was not posted: ${written.kind}`);
}

function medians(figures: Figures[]): Figures {
  const of = (key: keyof Figures): number => median(figures.map((figure) => figure[key]));
  return { rowsPerSecond: of('rowsPerSecond'), p50: of('p50'), p99: of('p99') };
}
