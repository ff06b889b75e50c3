import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A TCP port on 127.0.0.1 that nobody listens on, from below the range operating systems hand out by themselves.
 * A port from that range (what listening on 0 gives) can go to any outgoing connection while a restarting service
 * is away, and a client that keeps dialling the absent service can even connect to itself.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = randomInt(15_000, 32_000);
    if (await isFree(port)) return port;
  }
  throw new Error('No free TCP port between 15000 and 32000 on 127.0.0.1; end what occupies them.');
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen(port, '127.0.0.1');
  try {
    await once(probe, 'listening');
  } catch {
    return false;
  }
  await probe[Symbol.asyncDispose]();
  return true;
}
