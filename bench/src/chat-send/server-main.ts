// The server under test of a chat, alone in its process. Told what to do over HTTP.
import { z } from 'zod';
import { listenForOrders } from '../control.ts';
import type { ChatVenue, ChatVenueOptions } from './venue.ts';

const settings = z
  .object({
    kind: z.enum(['socket.io', 'aura']),
    databaseUrl: z.string(),
    redisUrl: z.string().nullable(),
    readers: z.number(),
    writers: z.number(),
    shared: z.object({ roomId: z.string(), secret: z.string() }).nullable(),
  })
  .parse(JSON.parse(process.argv[2] ?? ''));
const venue = await open(settings.kind, settings);

process.once('SIGTERM', () => {
  void venue[Symbol.asyncDispose]().then(() => process.exit());
});

await listenForOrders({
  venue() {
    const { port, path, shared, readers, writers } = venue;
    return Promise.resolve({ port, path, shared, readers, writers });
  },
  stored: async () => await venue.stored(),
});

/** Loads what it needs alone. */
async function open(kind: (typeof settings)['kind'], options: ChatVenueOptions): Promise<ChatVenue> {
  switch (kind) {
    case 'socket.io':
      return await (await import('./socket-io-venue.ts')).openSocketIo(options);
    case 'aura':
      return await (await import('./aura-venue.ts')).openAura(options);
  }
}
