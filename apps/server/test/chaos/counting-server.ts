import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { History } from './history.ts';
import { listen } from './listen.ts';
import { pause } from './wait.ts';

/** The outside world that tools reach: it writes down every call, and does nothing else. */
export interface CountingServer extends AsyncDisposable {
  readonly port: number;
  /** Where the effect of that name is brought about. */
  urlOf(effect: string): string;
}

/** Long enough that owners die, and wake up again, in the middle of a call. */
const ANSWER_MS = { min: 20, max: 600 };

export async function startCountingServer(history: History): Promise<CountingServer> {
  let calls = 0;
  const count = async (req: IncomingMessage): Promise<void> => {
    const callId = ++calls;
    const effect = req.url?.replace('/once/', '') ?? '';
    // Before the body: a caller that dies in mid-sentence has called all the same.
    history.add({ kind: 'call', callId, effect, key: String(req.headers['idempotency-key']) });
    history.add({ kind: 'call-body', callId, body: await text(req) });
    await pause(ANSWER_MS.min + Math.random() * (ANSWER_MS.max - ANSWER_MS.min));
  };
  const server = createServer((req, res) => {
    count(req).then(
      () => res.writeHead(200, { 'content-type': 'text/plain' }).end('done'),
      () => res.destroy(),
    );
  });
  const port = await listen(server);
  return {
    port,
    urlOf: (effect) => `http://127.0.0.1:${port}/once/${effect}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await server[Symbol.asyncDispose]();
    },
  };
}
