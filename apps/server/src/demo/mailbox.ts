import { once } from 'node:events';
import { createServer } from 'node:http';

/** Something outside that the agent can act on, and that counts: every request is one act. */
export interface Mailbox extends AsyncDisposable {
  url: string;
  /** `host:port`, as tools are allowed it. */
  host: string;
  readonly received: readonly string[];
}

export async function startMailbox(): Promise<Mailbox> {
  const received: string[] = [];
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      received.push(Buffer.concat(chunks).toString());
      res.setHeader('content-type', 'application/json').end(JSON.stringify({ received: received.length }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the mailbox has no port');
  const host = `127.0.0.1:${address.port}`;
  return {
    url: `http://${host}/notes`,
    host,
    received,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
