import type { StreamEvent } from './event.ts';
import type { StreamWatch } from './hub.ts';
import type { LanePlace, Passenger } from './lane.ts';
import type { SocketFlow } from './socket-flow.ts';

/** A subscription's way into its stream's lane and back, again and again. */
export interface Ride extends Disposable {
  /** The event as it should be yielded: when it is the newest, so that the lane takes over once its frame goes out. */
  offer<E extends object>(view: E, seq: number): E;
  /**
   * Writes some of these events to the socket past tRPC, which costs a fraction of yielding them; in order with what is
   * yielded before and after. Answers how many: 0 when the next one must be yielded.
   */
  ahead(events: readonly StreamEvent[]): number;
  /** The lane delivers now. */
  isUnderWay(): boolean;
  /** Resolves with the last seq the lane delivered, once the subscription has to go on by itself; at once with null when no ride is under way. */
  end(): Promise<number | null>;
}

/** How much is written at once before the socket is asked whether it keeps up; a larger event goes by tRPC. */
const MAX_AHEAD = 50;
const MAX_AHEAD_BYTES = 64_000;

/** What the lane has to know of a feed. */
export type LaneFeed = Omit<Passenger, 'port' | 'request'>;

/** An abort ends it at once, and nothing is written for the subscription after that. */
export function createRide(
  { watch, flow, signal }: { watch: StreamWatch; flow: SocketFlow; signal: AbortSignal },
  feed: LaneFeed,
): Ride {
  let place: LanePlace | null = null;
  let passenger: Passenger | null = null;
  const leave = (): void => place?.leave();
  signal.addEventListener('abort', leave, { once: true });
  return {
    offer(view, seq) {
      if (watch.head !== seq && passenger !== null) return view;
      return flow.marks.mark(view, (request) => {
        passenger = { ...feed, port: flow, request };
        // tRPC may still send what was yielded just before the abort.
        if (!signal.aborted) place = watch.board(passenger, seq);
      });
    },
    ahead(events) {
      if (passenger === null || signal.aborted) return 0;
      for (let count = Math.min(events.length, MAX_AHEAD); count > 0; count = Math.floor(count / 2)) {
        const frames = watch.frames(passenger, events.slice(0, count));
        if (frames === null) return 0;
        if (frames.length <= MAX_AHEAD_BYTES) return frames.length === 0 || flow.write(frames) ? count : 0;
      }
      return 0;
    },
    isUnderWay: () => place !== null,
    async end() {
      const last = (await place?.left) ?? null;
      place = null;
      return last;
    },
    [Symbol.dispose]() {
      signal.removeEventListener('abort', leave);
      leave();
    },
  };
}
