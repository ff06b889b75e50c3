import type { Logger } from 'pino';
import type { Database } from '../db/database.ts';
import { NO_HUB, withSystemTransaction } from '../db/transaction.ts';
import type { Bus } from './bus.ts';
import type { CommittedBatch, StreamEvent } from './event.ts';
import { createHeadCheck } from './head-check.ts';
import { readHint, writeHint } from './hint.ts';
import type { LanePlace, Passenger } from './lane.ts';
import { readEvents, readHeads } from './read-events.ts';
import { Topic } from './topic.ts';

/**
 * Tells the subscribers of this node that a stream has grown. Every subscriber of a stream shares one tail of its
 * newest events, so a slow or stalled one costs nothing here: it reads what it missed from the log.
 *
 * What it hears (a local commit, a hint from another node) is never believed to be complete. A hint that does not
 * join on to the tail only raises `head`, and every five seconds all watched heads are compared with the database,
 * so a lost hint heals; every second while the bus is down. One that comes early waits a moment for those before it.
 *
 * Subscribers that have everything ride in the stream's lane; only the others are woken.
 */
export interface Hub extends AsyncDisposable {
  /** Announces a committed batch here and to other nodes. Never throws, never waits. */
  publish(batch: CommittedBatch): void;
  /** Starts listening to a stream. `ready` resolves once hints from other nodes arrive. */
  watch(streamId: string): StreamWatch;
  /** Streams watched on this node: for metrics, and for tests that nothing leaks. */
  readonly watchedCount: number;
  /** Subscriptions that lanes deliver to now. */
  readonly laneCount: number;
}

export interface StreamWatch extends Disposable {
  readonly ready: Promise<void>;
  /** The highest seq heard of; 0 when nothing was heard yet. */
  readonly head: number;
  /** Changes whenever earlier events may have been rewritten (a message was deleted): what was read before is stale. */
  readonly version: string;
  /** The events right after `seq`, none when it is the newest; null when the tail cannot tell: read the log. */
  after(seq: number): readonly StreamEvent[] | null;
  /** Hands in neighbouring events that were read up to the log's end, so that later readers need not read them. */
  fill(events: readonly StreamEvent[], chars: number): void;
  /** These events as frames for a subscription; null when one of them is the last that it gets. */
  frames(passenger: Passenger, events: readonly StreamEvent[]): Buffer | null;
  /** A place in the lane for a subscription that has everything up to `seq`; null when more has been heard of. */
  board(passenger: Passenger, seq: number): LanePlace | null;
  /** Calls `wake` whenever the stream may have grown. */
  onChange(wake: () => void): Disposable;
}

interface Watched {
  topic: Topic;
  /** How often this node had begun to watch a stream when it began with this one. */
  opening: number;
  watchers: number;
  ready: Promise<void>;
  leave(): void;
}

const HEAD_CHECK_MS = 5_000;
const MAX_TAIL_CHARS = 64_000_000;

export interface HubOptions {
  database: Database;
  bus: Bus;
  log: Logger;
  nodeId: string;
  /** Between two comparisons of all watched heads with the database. */
  headCheckMs?: number;
  /** What the tails of all streams keep together at most, in characters of JSON; each has its own bound besides. */
  maxTailChars?: number;
}

export function createHub(options: HubOptions): Hub {
  const { database, bus, log, nodeId, headCheckMs = HEAD_CHECK_MS, maxTailChars = MAX_TAIL_CHARS } = options;
  const streams = new Map<string, Watched>();
  let openings = 0;
  let tailChars = 0;

  /** All but the one that has just grown, oldest first, down to half of what all may keep. */
  const forgetTails = (newest: string): void => {
    for (const [streamId, { topic }] of streams) {
      if (tailChars <= maxTailChars / 2) return;
      if (streamId !== newest) topic.forgetTail();
    }
  };

  const createTopic = (streamId: string): Topic =>
    new Topic({
      nodeId,
      log,
      readMissing: async (seq) =>
        await withSystemTransaction(
          { database, hub: NO_HUB },
          async ({ db }) => await readEvents(db, { streamId, after: seq }),
        ),
      onResized(chars) {
        tailChars += chars;
        if (chars > 0 && tailChars > maxTailChars) forgetTails(streamId);
      },
    });

  const open = (streamId: string): Watched => {
    const topic = createTopic(streamId);
    // Without hints a stream is followed all the same, by its heads; so nobody fails for a bus that refuses.
    const subscribed = bus
      .subscribe(channelOf(streamId), (message) => {
        const hint = readHint(nodeId, message);
        if (hint !== null) topic.hear(hint);
      })
      .catch((err: unknown) => {
        log.warn({ err }, 'no hints for a stream');
        return null;
      });
    const watched: Watched = {
      topic,
      opening: ++openings,
      watchers: 0,
      ready: subscribed.then(() => {}),
      leave() {
        topic[Symbol.dispose]();
        void subscribed.then((subscription) => subscription?.unsubscribe());
      },
    };
    streams.set(streamId, watched);
    return watched;
  };

  const checkHeads = async (): Promise<void> => {
    if (streams.size === 0) return;
    const heads = await withSystemTransaction(
      { database, hub: NO_HUB },
      async ({ db }) => await readHeads(db, [...streams.keys()]),
    );
    for (const { id, head } of heads) streams.get(id)?.topic.hear({ head, events: null, chars: 0 });
  };
  const headCheck = createHeadCheck({
    bus,
    everyMs: headCheckMs,
    check: async () => await checkHeads().catch((err: unknown) => log.warn({ err }, 'head check failed')),
  });

  return {
    publish({ streamId, events }) {
      const { text, hint } = writeHint(nodeId, events);
      streams.get(streamId)?.topic.hear(hint);
      bus.publish(channelOf(streamId), text);
    },
    watch(streamId) {
      const watched = streams.get(streamId) ?? open(streamId);
      const { topic, ready, opening } = watched;
      watched.watchers++;
      let isOver = false;
      return {
        ready,
        get head() {
          return topic.head;
        },
        get version() {
          return `${opening}.${topic.rewrites}`;
        },
        after: (seq) => topic.after(seq),
        fill(events, chars) {
          // Streams with one reader are many, and it has what it read: their tails need only know where they are.
          const kept = watched.watchers > 1 ? events : events.slice(-1);
          const share = kept.length / Math.max(1, events.length);
          const head = kept.at(-1)?.seq ?? 0;
          if (!topic.hasTail) topic.hear({ head, events: kept, chars: chars * share });
        },
        frames: (passenger, events) => topic.lane.frames(passenger, events),
        board: (passenger, seq) => (seq === topic.head ? topic.lane.join(passenger, seq) : null),
        onChange(wake) {
          topic.wakes.add(wake);
          return { [Symbol.dispose]: () => topic.wakes.delete(wake) };
        },
        [Symbol.dispose]() {
          if (isOver) return;
          isOver = true;
          if (--watched.watchers > 0) return;
          streams.delete(streamId);
          watched.leave();
        },
      };
    },
    get watchedCount() {
      return streams.size;
    },
    get laneCount() {
      return [...streams.values()].reduce((sum, { topic }) => sum + topic.lane.size, 0);
    },
    async [Symbol.asyncDispose]() {
      const stopped = headCheck[Symbol.asyncDispose]();
      for (const watched of streams.values()) watched.leave();
      streams.clear();
      await stopped;
    },
  };
}

const channelOf = (streamId: string): string => `aura:stream:${streamId}`;
