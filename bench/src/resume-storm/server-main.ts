// The server that a storm comes back to, alone in its process. Told what to do over HTTP.
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { listenForOrders } from '../control.ts';
import type { StormVenue } from './venue.ts';

const settings = z
  .object({ kind: z.enum(['aura', 'query per client']), databaseUrl: z.string() })
  .parse(JSON.parse(process.argv[2] ?? ''));
const venue: StormVenue =
  settings.kind === 'aura'
    ? await (await import('./aura-venue.ts')).openAura(settings.databaseUrl)
    : await (await import('./per-client-venue.ts')).openPerClient(settings.databaseUrl);

process.once('SIGTERM', () => {
  void venue[Symbol.asyncDispose]().then(() => process.exit());
});

const LIVE_EVERY_MS = 20;
let talking: { stop: AbortController; done: Promise<void> } | null = null;
const talk = async (signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    await venue.append(1);
    await pause(LIVE_EVERY_MS);
  }
};

await listenForOrders({
  async venue(input) {
    const { missed } = z.object({ missed: z.number() }).parse(input);
    return { port: venue.port, path: venue.path, hellos: await venue.hellos(missed), head: venue.head() };
  },
  append: async (input) => await venue.append(z.object({ count: z.number() }).parse(input).count),
  /** An event every 20 ms, until told otherwise. */
  async live(input) {
    const { isOn } = z.object({ isOn: z.boolean() }).parse(input);
    talking?.stop.abort();
    await talking?.done;
    const stop = new AbortController();
    talking = isOn ? { stop, done: talk(stop.signal) } : null;
  },
  figures() {
    const { user, system } = process.cpuUsage();
    return Promise.resolve({
      historyQueries: venue.historyQueries(),
      head: venue.head(),
      cpuUs: user + system,
    });
  },
});
