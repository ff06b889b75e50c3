import type { Writable } from 'node:stream';
import type { WebSocket } from 'ws';
import type { LanePort } from './lane-port.ts';
import { LaneTickets } from './lane-tickets.ts';

/** Closing code for a reader that does not keep up; its client comes back and resumes at its cursor. */
const SLOW_READER_CODE = 4008;

export interface FlowLimits {
  /** Above this many unsent bytes nothing more is yielded until all have been sent; more than a stream's high-water mark. */
  pauseBytes: number;
  /** Above this many, or without any progress for `stallMs`, the socket is closed. */
  maxBytes: number;
  stallMs: number;
}

export const FLOW_LIMITS: FlowLimits = {
  pauseBytes: 256_000,
  maxBytes: 1_048_576,
  stallMs: 10_000,
};

/** Keeps what waits for one socket bounded, however many subscriptions it carries. */
export interface SocketFlow extends LanePort {
  /** For this socket's encoder. */
  readonly tickets: LaneTickets;
  /** Resolves when the socket can take more, or when `signal` aborts. Closes the socket (4008) when it never can. */
  ready(signal: AbortSignal): Promise<void>;
}

type Socket = Pick<WebSocket, 'bufferedAmount' | 'close' | 'terminate' | 'readyState'>;

/** `WebSocket.OPEN` of every implementation. */
const OPEN = 1;

/** Into how many looks the time without progress is divided. */
const LOOKS = 10;

/** `wire` is what `socket` writes to: without compression it writes each frame there whole, and at once. */
export function createSocketFlow(
  socket: Socket,
  wire: Pick<Writable, 'write' | 'writableLength' | 'once' | 'off'>,
  limits: FlowLimits = FLOW_LIMITS,
): SocketFlow {
  let waiting: Promise<void> | null = null;

  /** One watcher a socket; its subscriptions wait for it together. */
  const drained = async (): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let lowest = socket.bufferedAmount;
    let fruitless = 0;
    const look = setInterval(() => {
      fruitless = socket.bufferedAmount < lowest ? 0 : fruitless + 1;
      lowest = Math.min(lowest, socket.bufferedAmount);
      if (fruitless < LOOKS && socket.bufferedAmount <= limits.maxBytes) return;
      closeSlow(socket);
      resolve();
    }, limits.stallMs / LOOKS);
    // More waits than a stream takes without asking for a break, so it tells when all of it has gone.
    wire.once('drain', resolve);
    wire.once('close', resolve);
    await promise;
    clearInterval(look);
    wire.off('drain', resolve);
    wire.off('close', resolve);
  };

  return {
    tickets: new LaneTickets(),
    write(frames) {
      // What `wire` holds is all that waits: without compression `socket` holds nothing back.
      if (wire.writableLength > limits.pauseBytes || socket.readyState !== OPEN) return false;
      wire.write(frames);
      return true;
    },
    async ready(signal) {
      if (socket.bufferedAmount <= limits.pauseBytes) return;
      waiting ??= drained().finally(() => {
        waiting = null;
      });
      await untilAborted(waiting, signal);
    },
  };
}

/** How long the reader has to read on and learn the reason. */
const CLOSE_GRACE_MS = 5_000;

/** The close frame queues behind the backlog, so a reader that never reads must be cut off as well. */
function closeSlow(socket: Socket): void {
  socket.close(SLOW_READER_CODE, 'too slow; reconnect and resume');
  setTimeout(() => socket.terminate(), CLOSE_GRACE_MS).unref();
}

async function untilAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise: aborted, resolve } = Promise.withResolvers<void>();
  const onAbort = (): void => resolve();
  signal.addEventListener('abort', onAbort, { once: true });
  await Promise.race([promise, aborted]);
  signal.removeEventListener('abort', onAbort);
}
