import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { z } from 'zod';

/** Writes one whole response. */
export type Reply = (res: ServerResponse) => void;

export interface TestProvider extends AsyncDisposable {
  /** For `ModelConfig.baseUrl`. */
  url: string;
  /** The parsed bodies of the requests since `script`. */
  readonly requests: Record<string, unknown>[];
  /** Forgets what was, and answers the n-th request from now with the n-th reply, every later one with the last. */
  script(...replies: [Reply, ...Reply[]]): void;
}

/** A provider that says what it is told to, byte for byte: for what the offline model cannot be made to say. */
export async function startTestProvider(...first: [Reply, ...Reply[]]): Promise<TestProvider> {
  let replies = first;
  const requests: Record<string, unknown>[] = [];
  const server = createServer((req, res) => {
    void (async () => {
      const parts: Buffer[] = [];
      for await (const part of req) parts.push(Buffer.from(part));
      const body = z.record(z.string(), z.unknown()).parse(JSON.parse(Buffer.concat(parts).toString()));
      const reply = replies[requests.length] ?? replies.at(-1);
      requests.push(body);
      reply?.(res);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the provider has no port');
  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    requests,
    script(...next) {
      replies = next;
      requests.length = 0;
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A stream of these chunks that ends properly. */
export function streamOf(...chunks: unknown[]): Reply {
  return (res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const chunk of chunks) res.write(`data: ${JSON.stringify(chunk)}\n\n`);
    res.end('data: [DONE]\n\n');
  };
}

/** A refusal with this status. */
export function refusal(status: number, headers: Record<string, string> = {}): Reply {
  return (res) => {
    res.writeHead(status, { 'content-type': 'application/json', ...headers });
    res.end(JSON.stringify({ error: { message: 'refused', type: 'test', code: null } }));
  };
}

/** One chunk with what the answer says next. */
export const delta = (said: object): object => ({ choices: [{ index: 0, delta: said }] });

/** The chunk that ends an answer. */
export const finish = (reason: string): object => ({
  choices: [{ index: 0, delta: {}, finish_reason: reason }],
});

/** A whole tool call in one chunk. */
export const callDelta = (call: { index?: number; id?: string; name: string; args: string }): object =>
  delta({
    tool_calls: [
      {
        ...(call.index === undefined ? {} : { index: call.index }),
        ...(call.id === undefined ? {} : { id: call.id }),
        type: 'function',
        function: { name: call.name, arguments: call.args },
      },
    ],
  });

/** An answer that says this and asks for no tool. */
export const says = (content: string): Reply => streamOf(delta({ content }), finish('stop'));

/** Asks for tools: id, name and arguments of each call. */
export const calls = (...wanted: [string, string, object][]): Reply =>
  streamOf(
    ...wanted.map(([id, name, args], index) => callDelta({ index, id, name, args: JSON.stringify(args) })),
    finish('tool_calls'),
  );

/** What `streamOf` sends, but cut: the stream ends without a finish_reason. */
export function cutAfter(...chunks: unknown[]): Reply {
  return (res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.end(chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join(''));
  };
}
