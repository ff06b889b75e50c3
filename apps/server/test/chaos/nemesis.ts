import { once } from 'node:events';
import { connect } from 'node:net';
import type { Cluster } from './cluster.ts';
import type { Fault, PlannedFault } from './fault-plan.ts';
import type { History } from './history.ts';
import { pause } from './wait.ts';

/** Everything is well again this long after the last fault, or the campaign has failed. */
const HEAL_MS = 60_000;

/**
 * Makes the planned faults happen, each at its time; then mends everything. A fault that its victim is in no state for
 * (killed while it starts) falls on the next node that is, or is left out.
 */
export async function nemesis(
  { cluster, history }: { cluster: Cluster; history: History },
  plan: readonly PlannedFault[],
): Promise<void> {
  const startedAt = performance.now();
  const heal = new AbortController();
  const under: Promise<void>[] = [];
  // One fault of Redis and one of PostgreSQL at a time: a second one would undo what the first one is still at.
  const busy = new Set<string>();
  const exclusively = (name: string, work: () => Promise<void>): boolean => {
    if (busy.has(name)) return false;
    busy.add(name);
    const working = work().finally(() => busy.delete(name));
    // Heard at the end, when all are waited for.
    working.catch(() => {});
    under.push(working);
    return true;
  };
  for (const { atMs, fault } of plan) {
    await pause(Math.max(0, atMs - (performance.now() - startedAt)));
    const isApplied = await apply(fault, { cluster, exclusively, heal: heal.signal });
    history.add({ kind: 'fault', fault, isApplied });
  }
  heal.abort();
  await Promise.all([...under, ...cluster.nodes.map(async (node) => await node.ready())]);
  const deadline = performance.now() + HEAL_MS;
  while (cluster.nodes.some(({ state }) => state !== 'up')) {
    if (performance.now() > deadline) throw new Error('the cluster did not heal');
    await pause(50);
  }
}

interface Means {
  cluster: Cluster;
  exclusively(name: string, work: () => Promise<void>): boolean;
  heal: AbortSignal;
}

async function apply(fault: Fault, { cluster, exclusively, heal }: Means): Promise<boolean> {
  const { nodes, entries, postgres, redis } = cluster;
  const inTurn = (first: number) => [...nodes.slice(first), ...nodes.slice(0, first)];
  switch (fault.kind) {
    case 'kill':
      for (const node of inTurn(fault.node)) if (await node.kill()) return true;
      return false;
    case 'freeze':
      return inTurn(fault.node).some((node) => node.freeze(fault.forMs, heal));
    case 'cut-sockets':
      entries[fault.entry]?.cut();
      return true;
    case 'redis-flush':
      return exclusively('redis', async () => await flush(redis.url));
    case 'redis-freeze':
      return exclusively('redis', async () => {
        await redis.pause();
        await pause(fault.forMs, heal);
        await redis.resume();
      });
    case 'redis-restart':
      return exclusively('redis', async () => await redis.restart());
    case 'postgres-crash':
      return exclusively('postgres', async () => await postgres.restart('immediate'));
  }
}

async function flush(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.end('FLUSHALL\r\n');
  socket.resume();
  await once(socket, 'close');
}
