import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

/** A web service outside that remembers what it was sent. */
export interface CountingServer extends AsyncDisposable {
  url: string;
  /** `host:port`, as settings name it. */
  host: string;
  requests: { method: string; path: string; body: string }[];
}

export async function startCountingServer(): Promise<CountingServer> {
  const requests: CountingServer['requests'] = [];
  const server = createServer((req, res) => {
    void text(req).then((body) => {
      requests.push({ method: req.method ?? '', path: req.url ?? '', body });
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
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
