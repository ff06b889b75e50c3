import { partialDeepStrictEqual } from 'node:assert';
import { once } from 'node:events';
import { WebSocket } from 'ws';

/** A WebSocket client that speaks the wire by hand, so that it can break every rule. */
export class RawClient implements AsyncDisposable {
  readonly ws: WebSocket;
  /** What came so far: parsed JSON, or 'PING' and 'PONG'. */
  readonly frames: unknown[] = [];
  /** The code of the close, 1006 for a cut. */
  readonly closed: Promise<number>;

  private constructor(url: string) {
    this.ws = new WebSocket(url);
    this.ws.on('message', (data: Buffer) => {
      const text = data.toString();
      this.frames.push(text === 'PING' || text === 'PONG' ? text : JSON.parse(text));
    });
    this.ws.on('error', () => {});
    this.closed = new Promise((resolve) => {
      this.ws.once('close', resolve);
    });
  }

  /** Connects, and says `params` first unless told nothing. */
  static async connect(socketUrl: string, params?: Record<string, unknown>): Promise<RawClient> {
    const client = new RawClient(`${socketUrl}?connectionParams=1`);
    await once(client.ws, 'open', { signal: AbortSignal.timeout(5_000) });
    if (params !== undefined) client.send({ method: 'connectionParams', data: params });
    return client;
  }

  /** A string as it is, anything else as JSON. */
  send(message: unknown): void {
    this.ws.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** The first frame that holds `part`, waited for. */
  async frame(part: object | string, timeoutMs = 10_000): Promise<unknown> {
    const signal = AbortSignal.timeout(timeoutMs);
    for (;;) {
      const found = this.frames.find((frame) => holds(frame, part));
      if (found !== undefined) return found;
      await once(this.ws, 'message', { signal });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.ws.terminate();
    await this.closed;
  }
}

/** A request as the wire has it. */
export function call(
  id: number | string,
  path: string,
  more: { method?: string; input?: unknown } = {},
): object {
  const { method = 'query', input } = more;
  return { id, method, params: { path, input } };
}

export function holds(frame: unknown, part: object | string): boolean {
  try {
    partialDeepStrictEqual(frame, part);
    return true;
  } catch {
    return false;
  }
}
