import type { LaneRequest } from './lane-port.ts';

/**
 * How a subscription learns its request id, which tRPC keeps from generators, and the moment its frame goes out: it
 * yields an event as an object of its own, and the socket's encoder recognises that object. No frame is sent for it
 * alone, and a client sees nothing of it.
 */
export class LaneMarks {
  readonly #waiting = new WeakMap<object, (request: LaneRequest) => void>();

  /** The same event, to be yielded instead; `onSent` is called right before its frame is handed to the socket. */
  mark<E extends object>(event: E, onSent: (request: LaneRequest) => void): E {
    const marked = { ...event };
    this.#waiting.set(marked, onSent);
    return marked;
  }

  /** For each message the encoder is given. */
  spot(message: unknown): void {
    const { id, jsonrpc, result } = asRecord(message);
    const event = asRecord(asRecord(result)['data'])['data'];
    if (typeof event !== 'object' || event === null) return;
    if (typeof id !== 'number' && typeof id !== 'string') return;
    this.#waiting.get(event)?.({ id, jsonrpc: jsonrpc === '2.0' ? jsonrpc : undefined });
  }
}

const NOTHING: Record<string, unknown> = {};

function asRecord(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : NOTHING;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
