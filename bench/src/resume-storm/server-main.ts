// The server that a storm comes back to, alone in its process. Told what to do over HTTP.
import { z } from 'zod';
import { listenForOrders } from '../fanout/control.ts';
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

let isLive = false;
const LIVE_EVERY_MS = 20;
const live = async (): Promise<void> => {
  while (isLive) {
    await venue.append(1);
    await new Promise((resolve) => setTimeout(resolve, LIVE_EVERY_MS));
  }
};
let talking = Promise.resolve();

await listenForOrders({
  async venue(input) {
    const { missed } = z.object({ missed: z.number() }).parse(input);
    return { port: venue.port, path: venue.path, hellos: await venue.hellos(missed), head: venue.head() };
  },
  append: async (input) => await venue.append(z.object({ count: z.number() }).parse(input).count),
  /** An event every 20 ms, until told otherwise. */
  async live(input) {
    isLive = z.object({ isOn: z.boolean() }).parse(input).isOn;
    if (isLive) talking = live();
    else await talking;
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
