import type { Writable } from 'node:stream';
import { settledOrAborted } from '../settled-or-aborted.ts';
import { CLOSE_CODES, type Closable, hangUp } from './hang-up.ts';
import type { LanePort } from './lane-port.ts';
import { LaneMarks } from './lane-marks.ts';
import { createTurns } from './turns.ts';

export interface FlowLimits {
  /** Above this many unsent bytes nothing more is yielded until all have been sent; more than a stream's high-water mark. */
  pauseBytes: number;
  /** Without any progress for so long while something waits, the socket is closed. */
  stallMs: number;
}

export const FLOW_LIMITS: FlowLimits = {
  pauseBytes: 256_000,
  stallMs: 10_000,
};

/** Keeps what waits for one socket bounded, however many subscriptions it carries. */
export interface SocketFlow extends LanePort {
  /** For this socket's encoder. */
  readonly marks: LaneMarks;
  /** Resolves when the socket can take more, or when `signal` aborts. Closes the socket (4008) when it never can. */
  ready(signal: AbortSignal): Promise<void>;
  /**
   * A place to make something large for this socket, to be given back once that was handed to it. There are few, and none
   * is given while the socket has no room; so what one client asks for at once is not made at once.
   */
  turn(signal: AbortSignal): Promise<Disposable>;
}

interface Socket extends Closable {
  readonly bufferedAmount: number;
}

/** How long a slow reader has to read on and learn why it is closed: the reason queues behind the backlog. */
const CLOSE_GRACE_MS = 5_000;

const TURNS = 4;

/** Into how many looks the time without progress is divided. */
const LOOKS = 10;

/** `wire` is what `socket` writes to: without compression it writes each frame there whole, and at once. */
export function createSocketFlow(
  socket: Socket,
  wire: Pick<Writable, 'write' | 'writableLength' | 'once' | 'off'>,
  limits: FlowLimits = FLOW_LIMITS,
): SocketFlow {
  const turns = createTurns(TURNS);
  let waiting: Promise<void> | null = null;

  /** One watcher a socket; its subscriptions wait for it together. */
  const drained = async (): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let lowest = socket.bufferedAmount;
    let fruitless = 0;
    const look = setInterval(() => {
      fruitless = socket.bufferedAmount < lowest ? 0 : fruitless + 1;
      lowest = Math.min(lowest, socket.bufferedAmount);
      if (fruitless < LOOKS) return;
      hangUp(socket, {
        code: CLOSE_CODES.slow,
        reason: 'too slow; reconnect and resume',
        withinMs: CLOSE_GRACE_MS,
      });
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

  const ready = async (signal: AbortSignal): Promise<void> => {
    if (socket.bufferedAmount <= limits.pauseBytes) return;
    waiting ??= drained().finally(() => {
      waiting = null;
    });
    await settledOrAborted(waiting, signal);
  };

  return {
    marks: new LaneMarks(),
    write(frames) {
      // What `wire` holds is all that waits: without compression `socket` holds nothing back.
      if (wire.writableLength > limits.pauseBytes || socket.readyState !== socket.OPEN) return false;
      wire.write(frames);
      return true;
    },
    ready,
    async turn(signal) {
      const turn = await turns.take(signal);
      await ready(signal);
      // tRPC hands an answer to the socket a moment after its procedure has ended.
      return { [Symbol.dispose]: () => void setImmediate(() => turn[Symbol.dispose]()) };
    },
  };
}
