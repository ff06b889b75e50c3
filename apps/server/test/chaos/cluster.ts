import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, startRedis, type TestPostgres, type TestRedis } from '@aura/backend/testing';
import { type Balancer, startBalancer } from './balancer.ts';
import type { History } from './history.ts';
import { type CountingServer, startCountingServer } from './counting-server.ts';
import { startChaosModel } from './model.ts';
import { type ChaosNode, createNode } from './node.ts';
import { createPrintReader, type PrintReader } from './print-reader.ts';

/** Several servers on one PostgreSQL and one Redis, and the world around them, which does not fail. */
export interface Cluster extends AsyncDisposable {
  readonly nodes: readonly ChaosNode[];
  /** One for each node, which it prefers while that is up. */
  readonly entries: readonly Balancer[];
  readonly postgres: TestPostgres;
  readonly redis: TestRedis;
  readonly world: CountingServer;
  readonly printed: PrintReader;
}

export const NODES = 3;

/** `reachRedis`: what nodes get to Redis through when not directly; ends with the cluster. */
export async function startCluster(
  history: History,
  { reachRedis }: { reachRedis?: (url: string) => Promise<{ url: string } & AsyncDisposable> } = {},
): Promise<Cluster> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.adopt(await mkdtemp(join(tmpdir(), 'aura-chaos-')), async (path) => {
    await rm(path, { recursive: true, force: true });
  });
  const postgres = stack.use(await startPostgres({ durable: true }));
  const redis = stack.use(await startRedis());
  const { url: redisUrl } = reachRedis === undefined ? redis : stack.use(await reachRedis(redis.url));
  const world = stack.use(await startCountingServer(history));
  const model = stack.use(await startChaosModel());
  const printed = createPrintReader();
  const env = {
    AURA_DATA_DIR: folder,
    AURA_SEED: 'true',
    AURA_TOOL_HTTP_ALLOW: `127.0.0.1:${world.port}`,
    DATABASE_URL: postgres.url,
    REDIS_URL: redisUrl,
    OPENAI_BASE_URL: model.url,
    OPENAI_MODEL: 'aura-offline',
    LOG_LEVEL: 'info',
    // They start hundreds of times.
    NODE_COMPILE_CACHE: join(folder, 'compiled'),
  };
  const nodes: ChaosNode[] = [];
  for (let index = 0; index < NODES; index++) {
    const node = stack.use(createNode(() => env, printed.of(index)));
    nodes.push(node);
    // The first one alone makes the tables and the first users; the others find them.
    await node.ready();
  }
  const entries: Balancer[] = [];
  for (const index of nodes.keys()) entries.push(stack.use(await startBalancer(() => target(nodes, index))));
  const parts = stack.move();
  return {
    nodes,
    entries,
    postgres,
    redis,
    world,
    printed,
    [Symbol.asyncDispose]: async () => await parts.disposeAsync(),
  };
}

/** The port of the node that is preferred, or of the next one that is up. */
function target(nodes: readonly ChaosNode[], preferred: number): number | null {
  const inTurn = [...nodes.slice(preferred), ...nodes.slice(0, preferred)];
  return inTurn.find(({ state }) => state === 'up')?.port ?? null;
}
