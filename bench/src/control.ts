import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

/** How a process of the benchmark says where it listens for what it is to do. */
const READY = 'ready at ';
const MAX_WAIT_MS = 300_000;

/** The output of an order that has none. */
export const nothing: z.ZodType<void> = z.unknown().transform(() => {});

export const controlUrl = (output: string): string | null =>
  new RegExp(`${READY}(\\S+)`).exec(output)?.[1] ?? null;

/** Does what it is asked by POSTs: the path says what, the body with what, the answer is what came of it. */
export async function listenForOrders(
  orders: Record<string, (input: unknown) => Promise<unknown>>,
): Promise<void> {
  const server = createServer((req, res) => {
    const order = orders[(req.url ?? '/').slice(1)];
    void (async () => {
      if (order === undefined) throw new Error(`no such order: ${req.url}`);
      return await order(JSON.parse(await bodyOf(req)));
    })().then(
      (result) => res.end(JSON.stringify(result ?? null)),
      (err: unknown) => res.writeHead(500).end(String(err)),
    );
  });
  server.requestTimeout = MAX_WAIT_MS;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  console.log(`${READY}http://127.0.0.1:${port}`);
}

/** Rejects with what the process says when it cannot. */
export async function order<T>(
  url: string,
  { name, input = {}, output }: { name: string; input?: object; output: z.ZodType<T> },
): Promise<T> {
  const answer = await fetch(`${url}/${name}`, {
    method: 'POST',
    body: JSON.stringify(input),
    signal: AbortSignal.timeout(MAX_WAIT_MS),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${name}: ${text}`);
  return output.parse(JSON.parse(text));
}

async function bodyOf(req: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of req) body += String(chunk);
  return body;
}
