import { flushRedis } from '../flush-redis.ts';
import type { Cluster } from './cluster.ts';
import type { Fault, PlannedFault } from './fault-plan.ts';
import type { History } from './history.ts';
import { pause, until } from './wait.ts';

/** Everything is well again this long after the last fault, or the campaign has failed. */
const HEAL_MS = 60_000;
/** A kill that finds nobody to kill for so long is left out. */
const MAX_WAIT_MS = 30_000;

/**
 * Makes the planned faults happen, each at its time; then mends everything. What its victim is in no state for (it has
 * just been killed) falls on the next node that is. The plan's clock stands still while a kill has to wait for nodes to
 * start: on a slow machine a campaign takes longer rather than killing each node before it has done anything.
 */
export async function nemesis(
  { cluster, history }: { cluster: Cluster; history: Pick<History, 'add'> },
  plan: readonly PlannedFault[],
): Promise<void> {
  let startedAt = performance.now();
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
    const dueAt = performance.now();
    if (fault.kind === 'kill') await until(() => isKillable(cluster, fault), { withinMs: MAX_WAIT_MS });
    startedAt += performance.now() - dueAt;
    const isApplied = await apply(fault, { cluster, exclusively, heal: heal.signal });
    history.add({ kind: 'fault', fault, isApplied });
  }
  heal.abort();
  await Promise.all([...under, ...cluster.nodes.map(async (node) => await node.ready())]);
  const isMended = await until(() => cluster.nodes.every(({ state }) => state === 'up'), {
    withinMs: HEAL_MS,
  });
  if (!isMended) throw new Error('the cluster did not heal');
}

function isKillable({ nodes }: Cluster, { isLast }: Extract<Fault, { kind: 'kill' }>): boolean {
  return nodes.filter(({ state }) => state === 'up').length >= (isLast ? 1 : 2);
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
      return exclusively('redis', async () => await flushRedis(redis.url));
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
