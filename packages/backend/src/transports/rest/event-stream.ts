import { Readable } from 'node:stream';
import { DONE_FRAME, eventFrame, type FrameOptions, HEARTBEAT_FRAME } from './event-frames.ts';

export interface EventStreamOptions extends FrameOptions {
  /** Ends the stream without a last word, to be resumed. */
  signal: AbortSignal;
  heartbeatMs: number;
  /** How long a reader may take nothing before `onStall` lets go of it. */
  stallMs: number;
  onStall(): void;
  /** The last event of a stream that broke. */
  failureEvent(err: unknown): object;
}

const TICK = Symbol('tick');

/**
 * A subscription as the bytes of an event stream. Pulls: an event is asked for when the reader has taken what came before
 * (16 KB ahead at most), so a slow reader costs no memory.
 */
export function eventStream(events: AsyncIterable<unknown>, options: EventStreamOptions): Readable {
  return Readable.from(frames(events, options), { objectMode: false });
}

async function* frames(
  events: AsyncIterable<unknown>,
  options: EventStreamOptions,
): AsyncGenerator<string, void, undefined> {
  for await (const text of texts(events, options)) {
    // Goes on when the reader has room again.
    const stall = setTimeout(options.onStall, options.stallMs);
    try {
      yield text;
    } finally {
      clearTimeout(stall);
    }
  }
}

async function* texts(
  events: AsyncIterable<unknown>,
  options: EventStreamOptions,
): AsyncGenerator<string, void, undefined> {
  const { signal } = options;
  try {
    // At once, so that the client knows that it is connected.
    yield ': connected\n\n';
    for await (const event of withTicks(events, options)) {
      const text = event === TICK ? HEARTBEAT_FRAME : eventFrame(event, options);
      if (text !== null) yield text;
    }
    if (options.hasDone && !signal.aborted) yield DONE_FRAME;
  } catch (err) {
    if (signal.aborted) return;
    const text = eventFrame(options.failureEvent(err), options);
    if (text !== null) yield text;
  }
}

/** The events, with a tick whenever none has come for `heartbeatMs`. Ends when the signal aborts. */
async function* withTicks(
  events: AsyncIterable<unknown>,
  { signal, heartbeatMs }: EventStreamOptions,
): AsyncGenerator<unknown, void, undefined> {
  const iterator = events[Symbol.asyncIterator]();
  let wake: (value: typeof TICK) => void = () => {};
  const onAbort = (): void => wake(TICK);
  signal.addEventListener('abort', onAbort, { once: true });
  const timer = setInterval(() => wake(TICK), heartbeatMs);
  try {
    let next = iterator.next();
    while (!signal.aborted) {
      const { promise: ticked, resolve } = Promise.withResolvers<typeof TICK>();
      wake = resolve;
      const result = await Promise.race([next, ticked]);
      if (signal.aborted) break;
      if (result === TICK) {
        yield TICK;
        continue;
      }
      if (result.done === true) return;
      timer.refresh();
      yield result.value;
      next = iterator.next();
    }
    // It heeds the signal by itself; what it still says is of no interest.
    next.catch(() => {});
  } finally {
    clearInterval(timer);
    signal.removeEventListener('abort', onAbort);
    void iterator.return?.()?.catch(() => {});
  }
}
