import { setTimeout as pause } from 'node:timers/promises';
import {
  type Clients,
  type PublishPlan,
  type Server,
  type ServerOptions,
  startClients,
  startServer,
} from './processes.ts';

export interface FanoutCase extends ServerOptions {
  subscribers: number;
  hasOwnIds: boolean;
  /** How many events are told at once, one measurement after the other. */
  batches: readonly number[];
  /** Deliveries from one pause to the next, at least: few subscribers are told several times. */
  minBurst?: number;
}

/** One server with its subscribers; CPU in microseconds, memory in MB. */
export interface FanoutFigures {
  perDelivery: { batch: number; cpuUs: number; fanoutCpuUs: number }[];
  rssMb: number;
  /** Since the first few had subscribed. */
  grownMb: number;
}

const DELIVERIES = 150_000;
const MAX_EVENTS = 2_000;
/** How long the clients' core has for a delivery: they must never be what limits. */
const PACE_US = 18;
const MIN_INTERVAL_MS = 2;
const WARM_UP_EVENTS = 80;
const FIRST = 20;
const CATCH_UP_MS = 30_000;

/**
 * CPU time of the server a delivery, everything it does for it included, and without what the same events cost when
 * nobody listens (timers; for Aura the commit). Throws when a client missed an event, or got one twice or out of order.
 */
export async function measureFanout(test: FanoutCase): Promise<FanoutFigures> {
  await using server = await startServer(test);
  await using clients = await startClients();
  const plans = test.batches.map((batch) => planOf(test, batch));
  const alone: number[] = [];
  await server.publish({ events: WARM_UP_EVENTS, batch: 1, intervalMs: MIN_INTERVAL_MS });
  for (const plan of plans) alone.push(await cpuOf(server, async () => await server.publish(plan)));
  const connect = async (count: number): Promise<void> => {
    await clients.connect({ ...(await server.venue()), isStalled: false, hasOwnIds: test.hasOwnIds, count });
    await warmUp(server, clients);
  };
  // What the first few take is the code that serves them, once for all.
  const first = Math.min(FIRST, test.subscribers - 1);
  await connect(first);
  const { rssBytes: before } = await server.figures();
  await connect(test.subscribers - first);
  const perDelivery: FanoutFigures['perDelivery'] = [];
  for (const [index, plan] of plans.entries()) {
    const start = await clients.progress();
    const cpuUs = await cpuOf(server, async () => {
      await server.publish(plan);
      await caughtUp(clients, start.max + plan.events);
    });
    const deliveries = plan.events * test.subscribers;
    perDelivery.push({
      batch: plan.batch,
      cpuUs: cpuUs / deliveries,
      fanoutCpuUs: (cpuUs - (alone[index] ?? 0)) / deliveries,
    });
  }
  const { rssBytes } = await server.figures();
  return { perDelivery, rssMb: rssBytes / 1e6, grownMb: (rssBytes - before) / 1e6 };
}

function planOf({ subscribers, minBurst = 1 }: FanoutCase, batch: number): PublishPlan {
  const burst = Math.ceil(minBurst / (subscribers * batch));
  const size = batch * burst;
  const wanted = Math.min(MAX_EVENTS * burst, Math.max(80, DELIVERIES / subscribers));
  const events = Math.ceil(wanted / size) * size;
  const intervalMs = Math.max(MIN_INTERVAL_MS, (subscribers * size * PACE_US) / 1_000);
  return { events, batch, burst, intervalMs };
}

async function cpuOf(server: Server, work: () => Promise<void>): Promise<number> {
  const before = await server.figures();
  await work();
  return (await server.figures()).cpuUs - before.cpuUs;
}

/** Until all hear the same, the code has been compiled, and those that are served in a special way are. */
export async function warmUp(server: Server, clients: Clients): Promise<void> {
  const deadline = performance.now() + CATCH_UP_MS;
  let progress = await clients.progress();
  do {
    if (performance.now() > deadline) throw new Error(`not everybody hears: ${JSON.stringify(progress)}`);
    await server.publish({ events: WARM_UP_EVENTS, batch: 1, intervalMs: 10 });
    await pause(200);
    progress = await clients.progress();
  } while (progress.min === 0 || progress.min < progress.max);
}

export async function caughtUp(clients: Clients, seq: number): Promise<void> {
  const deadline = performance.now() + CATCH_UP_MS;
  for (;;) {
    const progress = await clients.progress();
    if (progress.faults > 0 || progress.lost > 0 || progress.max > seq) {
      throw new Error(`events are missing or doubled: ${JSON.stringify(progress)}`);
    }
    if (progress.min === seq) return;
    if (performance.now() > deadline) throw new Error(`events are late: ${JSON.stringify(progress)}`);
    await pause(20);
  }
}
