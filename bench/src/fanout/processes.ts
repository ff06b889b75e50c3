import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type Child, startChild } from '../child.ts';
import { CORES, onCore } from '../cores.ts';
import { controlUrl, order } from './control.ts';

export interface ServerOptions {
  kind: 'raw' | 'socket.io' | 'trpc' | 'aura' | 'aura-hub';
  databaseUrl: string;
  logged: number;
  /** Where Node leaves a CPU profile; null: no profile. */
  profileDir: string | null;
}

/** The server under test, on its core. */
export interface Server extends Child {
  venue(): Promise<{ port: number; path: string; hellos: string[] }>;
  publish(plan: { events: number; batch: number; intervalMs: number }): Promise<void>;
  figures(): Promise<{ cpuUs: number; rssBytes: number }>;
}

/** Its clients, on the other core. */
export interface Clients extends Child {
  connect(plan: ConnectPlan): Promise<void>;
  progress(): Promise<Progress>;
  latencies(): Promise<{ p50: number; p99: number }>;
}

export interface ConnectPlan {
  port: number;
  path: string;
  hellos: string[];
  count: number;
  /** They never read. */
  isStalled: boolean;
  /** Each with a request id of its own, instead of all with the same. */
  hasOwnIds: boolean;
}

export interface Progress {
  /** The newest seq of whoever is behind the most, and of whoever is ahead the most. */
  min: number;
  max: number;
  received: number;
  faults: number;
  lost: number;
}

const number = z.number();
const venue = z.object({ port: number, path: z.string(), hellos: z.array(z.string()) });
const figures = z.object({ cpuUs: number, rssBytes: number });
const progress = z.object({ min: number, max: number, received: number, faults: number, lost: number });
const latencies = z.object({ p50: number, p99: number });
const nothing = z.unknown().transform(() => {});

export async function startServer({ profileDir, ...settings }: ServerOptions): Promise<Server> {
  const profiling = profileDir === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`];
  const { child, url } = await start('server-main.ts', { core: CORES?.server, options: profiling, settings });
  return {
    ...child,
    venue: async () => await order(url, { name: 'venue', output: venue }),
    publish: async (input) => await order(url, { name: 'publish', input, output: nothing }),
    figures: async () => await order(url, { name: 'figures', output: figures }),
  };
}

export async function startClients(): Promise<Clients> {
  const { child, url } = await start('crowd-main.ts', { core: CORES?.others, options: [], settings: {} });
  return {
    ...child,
    connect: async (input) => await order(url, { name: 'connect', input, output: nothing }),
    progress: async () => await order(url, { name: 'progress', output: progress }),
    latencies: async () => await order(url, { name: 'latencies', output: latencies }),
  };
}

async function start(
  main: string,
  { core, options, settings }: { core: number | undefined; options: string[]; settings: object },
): Promise<{ child: Child; url: string }> {
  const path = fileURLToPath(new URL(main, import.meta.url));
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', ...options];
  const command = onCore(core, [...node, path, JSON.stringify(settings)]);
  const child = await startChild(command, { cwd: process.cwd(), env: { NODE_ENV: 'production' } }, (output) =>
    Promise.resolve(controlUrl(output) !== null),
  );
  return { child, url: controlUrl(child.output()) ?? '' };
}
