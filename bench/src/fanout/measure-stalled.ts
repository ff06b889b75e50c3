import { decimal, table } from '../figures.ts';
import { caughtUp, warmUp } from './measure-fanout.ts';
import { type Clients, type Server, startClients, startServer } from './processes.ts';

const GOOD = 100;
const BATCH = 8;
const INTERVAL_MS = 20;
const EVENTS = 12_000;
const FILL_BYTES = 30_000;
const STANDSTILL_MS = 60_000;

interface Phase {
  p50: number;
  p99: number;
  /** The most while it lasted. */
  rssMb: number;
}

/** What readers that never read do to the memory of the server, and to those that do read. */
export async function measureStalled(options: {
  stalled: number;
  databaseUrl: string;
  profileDir: string | null;
}): Promise<string> {
  const { stalled, ...rest } = options;
  await using server = await startServer({ kind: 'aura', logged: 0, ...rest });
  await using clients = await startClients();
  await using others = await startClients();
  const connect = async (to: Clients, plan: { count: number; isStalled: boolean }): Promise<void> =>
    await to.connect({ ...(await server.venue()), hasOwnIds: false, ...plan });
  await connect(clients, { count: GOOD, isStalled: false });
  await warmUp(server, clients);
  const without = await phase(server, clients);
  await connect(others, { count: stalled, isStalled: true });
  await standStill(server, GOOD);
  const beside = await phase(server, clients);
  const after = await phase(server, clients);
  const row = (name: string, { p50, p99, rssMb }: Phase): string[] => [
    name,
    decimal(p50, 2),
    decimal(p99, 2),
    decimal(rssMb, 0),
    decimal(rssMb - without.rssMb, 0),
  ];
  return table([
    ['', 'latency p50 ms', 'p99', 'RSS MB at most', 'grown MB'],
    row(`${GOOD} readers alone`, without),
    row(`beside ${stalled} stalled`, beside),
    row('and after that', after),
  ]);
}

/** Until what systems keep for their sockets is full, of all that do not read: before, they cost what readers cost. */
async function standStill(server: Server, readers: number): Promise<void> {
  const deadline = performance.now() + STANDSTILL_MS;
  while ((await server.figures()).readers > readers) {
    if (performance.now() > deadline) throw new Error('those that do not read are written to still');
    await server.publish({ events: 10, batch: 1, intervalMs: 30, text: 'x'.repeat(FILL_BYTES) });
  }
}

/** Events for a while; latency is from before the commit to the reader. */
async function phase(server: Server, clients: Clients): Promise<Phase> {
  const { max } = await clients.progress();
  await clients.latencies();
  let rssMb = 0;
  const timer = setInterval(() => {
    void server.figures().then(({ rssBytes }) => {
      rssMb = Math.max(rssMb, rssBytes / 1e6);
    });
  }, 250);
  await server.publish({ events: EVENTS, batch: BATCH, intervalMs: INTERVAL_MS });
  clearInterval(timer);
  await caughtUp(clients, max + EVENTS);
  return { ...(await clients.latencies()), rssMb };
}
