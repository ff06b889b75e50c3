import { z } from 'zod';
import { nothing, order } from '../control.ts';
import { CORES } from '../cores.ts';
import { cpuMsOf } from '../process-tree.ts';
import { startToldProcess, type ToldProcess } from '../told-process.ts';
import type { ChatKind, Shared } from './venue.ts';

export interface ChatFigures {
  perSecond: number;
  /** From sending a message until it is acknowledged. */
  p50: number;
  p99: number;
  /** Of all nodes, by message. */
  serverCpuUs: number;
  databaseCpuUs: number;
  /** Readers that did not get every message once. */
  wrong: number;
  /** Messages that readers got after a later one. */
  outOfOrder: number;
}

export interface ChatPlan {
  kind: ChatKind;
  nodes: number;
  databaseUrl: string;
  databasePid: number;
  redisUrl: string | null;
  seconds: number;
  writers: number;
  readers: number;
  profileDir: string | null;
}

const WARM_UP_SECONDS = 2;
const TEXT =
  'It is said that what many hear at once should be written down once, and then sent to all of them.';
const venue = z.object({
  port: z.number(),
  path: z.string(),
  shared: z.object({ roomId: z.string(), secret: z.string() }),
  readers: z.array(z.array(z.string())),
  writers: z.array(z.array(z.string())),
});
const outcome = z.object({
  messages: z.number(),
  elapsedS: z.number(),
  p50: z.number(),
  p99: z.number(),
  wrong: z.number(),
  outOfOrder: z.number(),
});

/** Starts the nodes and the crowd, lets it write for a while, and ends them all. */
export async function measureChat(plan: ChatPlan): Promise<ChatFigures> {
  await using stack = new AsyncDisposableStack();
  const first = stack.use(await startNode(plan, null));
  const opened = await order(first.url, { name: 'venue', output: venue });
  const nodes = [{ ...first, port: opened.port }];
  while (nodes.length < plan.nodes) {
    const node = stack.use(await startNode(plan, opened.shared));
    nodes.push({ ...node, port: (await order(node.url, { name: 'venue', output: venue })).port });
  }
  const crowd = stack.use(
    await startToldProcess(new URL('crowd-main.ts', import.meta.url), {
      core: CORES?.others,
      settings: {},
      profileDir: null,
    }),
  );
  const spread = (hellos: readonly string[][]) =>
    hellos.map((each, index) => ({
      port: nodes[index % nodes.length]?.port,
      path: opened.path,
      hellos: each,
    }));
  const { roomId } = opened.shared;
  const input = { kind: plan.kind, roomId, readers: spread(opened.readers), writers: spread(opened.writers) };
  await order(crowd.url, { name: 'connect', input, output: nothing });
  await order(crowd.url, { name: 'run', input: { seconds: WARM_UP_SECONDS, text: TEXT }, output: outcome });

  const cpuMs = (): number => nodes.reduce((sum, node) => sum + (node.cpuMs() ?? Number.NaN), 0);
  const databaseCpuMs = (): number => cpuMsOf(plan.databasePid) ?? Number.NaN;
  const keptBefore = await order(first.url, { name: 'stored', output: z.number() });
  const [cpuBefore, databaseBefore] = [cpuMs(), databaseCpuMs()];
  const seen = await order(crowd.url, {
    name: 'run',
    input: { seconds: plan.seconds, text: TEXT },
    output: outcome,
  });
  const { messages, elapsedS, p50, p99, wrong, outOfOrder } = seen;
  const [serverCpuMs, dbCpuMs] = [cpuMs() - cpuBefore, databaseCpuMs() - databaseBefore];
  const kept = (await order(first.url, { name: 'stored', output: z.number() })) - keptBefore;
  if (kept !== messages) throw new Error(`${messages} messages were acknowledged and ${kept} are kept`);
  return {
    perSecond: messages / elapsedS,
    p50,
    p99,
    serverCpuUs: (1_000 * serverCpuMs) / messages,
    databaseCpuUs: (1_000 * dbCpuMs) / messages,
    wrong,
    outOfOrder,
  };
}

async function startNode(plan: ChatPlan, shared: Shared | null): Promise<ToldProcess> {
  const { kind, databaseUrl, redisUrl, readers, writers, profileDir } = plan;
  const settings = { kind, databaseUrl, redisUrl, readers, writers, shared };
  return await startToldProcess(new URL('server-main.ts', import.meta.url), {
    core: CORES?.server,
    settings,
    profileDir: kind === 'aura' ? profileDir : null,
  });
}
