// The server under test of a fan-out, alone in its process. Told what to do over HTTP.
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { listenForOrders } from '../control.ts';
import type { Venue, VenueOptions } from './venue.ts';

const settings = z
  .object({
    kind: z.enum(['raw', 'socket.io', 'trpc', 'aura', 'aura-hub']),
    databaseUrl: z.string(),
    logged: z.number(),
  })
  .parse(JSON.parse(process.argv[2] ?? ''));
const venue = await open(settings.kind, settings);
const publishInput = z.object({
  events: z.number(),
  batch: z.number(),
  burst: z.number().default(1),
  intervalMs: z.number(),
  text: z.string().optional(),
});

process.once('SIGTERM', () => {
  void (async () => {
    await venue[Symbol.asyncDispose]();
    process.exit();
  })();
});

await listenForOrders({
  venue: async () => ({ port: venue.port, path: venue.path, hellos: await venue.hellos() }),
  async publish(input) {
    const { events, batch, burst, intervalMs, text } = publishInput.parse(input);
    const startedAt = performance.now();
    const size = batch * burst;
    for (let sent = 0; sent < events; sent += size) {
      for (let told = 0; told < size; told += batch) await venue.publish(batch, text);
      const dueMs = startedAt + ((sent + size) / size) * intervalMs - performance.now();
      await pause(Math.max(0, dueMs));
    }
  },
  figures() {
    const { user, system } = process.cpuUsage();
    const rssBytes = process.memoryUsage.rss();
    return Promise.resolve({ cpuUs: user + system, rssBytes, readers: venue.readerCount() });
  },
});

/** Loads what it needs alone: what the others are made of would count as its memory. */
async function open(kind: (typeof settings)['kind'], options: VenueOptions): Promise<Venue> {
  switch (kind) {
    case 'raw':
      return await (await import('./raw-ws-venue.ts')).openRawWs();
    case 'socket.io':
      return await (await import('./socket-io-venue.ts')).openSocketIo();
    case 'trpc':
      return await (await import('./stock-trpc-venue.ts')).openStockTrpc();
    case 'aura':
      return await (await import('./aura-venue.ts')).openAura(options);
    case 'aura-hub':
      return await (await import('./aura-venue.ts')).openAuraHub(options);
  }
}
