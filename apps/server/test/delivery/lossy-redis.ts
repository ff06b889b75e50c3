import { connect, createServer, type Socket } from 'node:net';
import type { Random } from '@aura/backend/testing';
import { listen } from '../chaos/listen.ts';

/** A way to Redis on which messages between nodes get lost. */
export interface LossyRedis extends AsyncDisposable {
  readonly url: string;
}

/** How many messages were published through it, and how many of them nobody will hear. */
export interface LossCounts {
  published: number;
  lost: number;
}

/** What the nodes' own channels begin with, and what is put in its place: of the same length, so that nothing else moves. */
const PUBLISHED = /(s?publish\r\n\$\d+\r\n)aura:/gi;
const NOWHERE = '$1lost:';

/** Passes everything on to the Redis at `url`, but has a share of what is published go to a channel without listeners. */
export async function startLossyRedis(
  url: string,
  { share, random, counts }: { share: number; random: Random; counts: LossCounts },
): Promise<LossyRedis> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  const lose = (chunk: Buffer): Buffer => {
    // One byte a character, so that lengths stay what the protocol says.
    const text = chunk.toString('latin1').replace(PUBLISHED, (whole: string) => {
      counts.published++;
      if (random() >= share) return whole;
      counts.lost++;
      return whole.replace(PUBLISHED, NOWHERE);
    });
    return Buffer.from(text, 'latin1');
  };
  const server = createServer((socket) => {
    const upstream = connect(Number(port), hostname);
    socket.on('data', (chunk: Buffer) => void upstream.write(lose(chunk)));
    upstream.pipe(socket);
    for (const [one, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      sockets.add(one);
      one.setNoDelay(true);
      one.on('error', () => one.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  const ownPort = await listen(server);
  return {
    url: `redis://127.0.0.1:${ownPort}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await server[Symbol.asyncDispose]();
    },
  };
}
