import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { holds } from '../../testing/raw-client.ts';

/** A chat socket as the older guide opens it. */
export class ChatClient implements AsyncDisposable {
  readonly ws: WebSocket;
  readonly frames: unknown[] = [];
  /** The code of the close. */
  readonly closed: Promise<number>;
  readonly #refused: Promise<number>;

  private constructor(url: string, headers: Record<string, string>) {
    this.ws = new WebSocket(url, { headers });
    this.ws.on('message', (data: Buffer) => this.frames.push(JSON.parse(data.toString())));
    this.ws.on('error', () => {});
    this.closed = new Promise((resolve) => {
      this.ws.once('close', resolve);
    });
    this.#refused = new Promise((resolve) => {
      this.ws.once('unexpected-response', (request, { statusCode = 0 }) => {
        request.destroy();
        resolve(statusCode);
      });
    });
  }

  /** Connects to `path` of a server at `url`; resolves with the status when it is refused. */
  static async try(
    { url }: { url: string },
    path: string,
    headers: Record<string, string> = {},
  ): Promise<ChatClient | number> {
    const client = new ChatClient(`${url.replace('http', 'ws')}${path}`, headers);
    const opened = once(client.ws, 'open', { signal: AbortSignal.timeout(10_000) }).then(() => client);
    return await Promise.race([opened, client.#refused]);
  }

  /** The same, for those who are let in. */
  static async open(...args: Parameters<typeof ChatClient.try>): Promise<ChatClient> {
    const client = await ChatClient.try(...args);
    if (typeof client === 'number') throw new Error(`the upgrade was refused with ${client}`);
    return client;
  }

  /** A string as it is, anything else as JSON. */
  send(frame: unknown): void {
    this.ws.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  say(message: string, clientId?: string): void {
    this.send({ type: 'chat.message', message, ...(clientId !== undefined && { client_id: clientId }) });
  }

  /** The first frame that holds `part`, waited for. */
  async frame(part: object, timeoutMs = 10_000): Promise<unknown> {
    const signal = AbortSignal.timeout(timeoutMs);
    for (;;) {
      const found = this.frames.find((frame) => holds(frame, part));
      if (found !== undefined) return found;
      await once(this.ws, 'message', { signal });
    }
  }

  /** The texts of the messages so far, in the order they came. */
  get messages(): string[] {
    return this.frames.flatMap((frame) => {
      const { data } = messageSchema.safeParse(frame);
      return data === undefined ? [] : [data.message];
    });
  }

  /** The frames of one type so far. */
  ofType(type: string): unknown[] {
    return this.frames.filter((frame) => holds(frame, { type }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.ws.terminate();
    await this.closed;
  }
}

const messageSchema = z.object({ type: z.literal('chat.message'), message: z.string() });

export const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

export const chatPath = (number: number, query = ''): string => `/ws/chat/${number}/chat/${query}`;

/** What a gateway adds to a request for `path` to prove itself. */
export function gatewayHeaders(
  path: string,
  { secret, at = Math.floor(Date.now() / 1_000) }: { secret: string; at?: number },
): Record<string, string> {
  return {
    'x-gateway-timestamp': String(at),
    'x-gateway-signature': createHmac('sha256', secret).update(`${at}.${path}`).digest('hex'),
  };
}
