import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

/** A web service outside that remembers what it was sent. */
export interface CountingServer extends AsyncDisposable {
  url: string;
  /** `host:port`, as settings name it. */
  host: string;
  requests: { method: string; path: string; body: string }[];
  /** Keeps requests for a path without an answer until the returned function is called. */
  hold(path: string): () => void;
}

export async function startCountingServer(): Promise<CountingServer> {
  const requests: CountingServer['requests'] = [];
  const gates = new Map<string, Promise<void>>();
  const server = createServer((req, res) => {
    const path = req.url ?? '';
    void text(req).then(async (body) => {
      requests.push({ method: req.method ?? '', path, body });
      await gates.get(path);
      res.writeHead(200, { 'content-type': 'text/plain' }).end('noted');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const host = `127.0.0.1:${address.port}`;
  return {
    url: `http://${host}`,
    host,
    requests,
    hold(path) {
      const { promise, resolve } = Promise.withResolvers<void>();
      gates.set(path, promise);
      return resolve;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
