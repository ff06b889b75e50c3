import { connect, createServer, type Socket } from 'node:net';
import { listen } from './listen.ts';

/** What clients connect to: passes each connection on to a node that lives. */
export interface Balancer extends AsyncDisposable {
  readonly url: string;
  /** Breaks every connection there is. */
  cut(): void;
  /** Lets nothing through to the clients that are connected now, for so long: a slow link. */
  stall(forMs: number): void;
}

/** `target`: the port of the node that a new connection goes to; null when there is none. */
export async function startBalancer(target: () => number | null): Promise<Balancer> {
  const sockets = new Set<Socket>();
  const upstreams = new Set<Socket>();
  const server = createServer((socket) => {
    const port = target();
    if (port === null) {
      socket.destroy();
      return;
    }
    const upstream = connect(port, '127.0.0.1');
    upstreams.add(upstream);
    upstream.on('close', () => upstreams.delete(upstream));
    for (const [one, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      sockets.add(one);
      one.setNoDelay(true);
      one.pipe(other);
      one.on('error', () => one.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  const port = await listen(server);
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${port}`,
    cut,
    stall(forMs) {
      const stalled = [...upstreams];
      for (const upstream of stalled) upstream.pause();
      setTimeout(() => {
        for (const upstream of stalled) upstream.resume();
      }, forMs).unref();
    },
    async [Symbol.asyncDispose]() {
      cut();
      await server[Symbol.asyncDispose]();
    },
  };
}
