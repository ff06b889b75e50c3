import { z } from 'zod';
import type { Child } from '../child.ts';
import { nothing, order } from '../control.ts';
import { CORES } from '../cores.ts';
import { startToldProcess } from '../told-process.ts';

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
  publish(plan: PublishPlan): Promise<void>;
  figures(): Promise<{ cpuUs: number; rssBytes: number; readers: number }>;
}

export interface PublishPlan {
  events: number;
  /** How many are told at once. */
  batch: number;
  /** How many batches are told one after the other before there is a pause. */
  burst?: number;
  /** From the beginning of a burst to the next. */
  intervalMs: number;
  /** What each says; left out, a sentence. */
  text?: string;
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
const figures = z.object({ cpuUs: number, rssBytes: number, readers: number });
const progress = z.object({ min: number, max: number, received: number, faults: number, lost: number });
const latencies = z.object({ p50: number, p99: number });

export async function startServer({ profileDir, ...settings }: ServerOptions): Promise<Server> {
  const main = new URL('server-main.ts', import.meta.url);
  const { url, ...child } = await startToldProcess(main, { core: CORES?.server, settings, profileDir });
  return {
    ...child,
    venue: async () => await order(url, { name: 'venue', output: venue }),
    publish: async (input) => await order(url, { name: 'publish', input, output: nothing }),
    figures: async () => await order(url, { name: 'figures', output: figures }),
  };
}

export async function startClients(): Promise<Clients> {
  const main = new URL('crowd-main.ts', import.meta.url);
  const options = { core: CORES?.others, settings: {}, profileDir: null };
  const { url, ...child } = await startToldProcess(main, options);
  return {
    ...child,
    connect: async (input) => await order(url, { name: 'connect', input, output: nothing }),
    progress: async () => await order(url, { name: 'progress', output: progress }),
    latencies: async () => await order(url, { name: 'latencies', output: latencies }),
  };
}
