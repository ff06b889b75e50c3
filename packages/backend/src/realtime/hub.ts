import { sql } from 'kysely';
import type { Logger } from 'pino';
import type { Database } from '../db/database.ts';
import { NO_HUB, withSystemTransaction } from '../db/transaction.ts';
import type { Bus } from './bus.ts';
import { EarlyHints, earlyHint } from './early-hints.ts';
import { type CommittedBatch, rewritesLog, type StreamEvent } from './event.ts';
import { type Hint, MAX_HINT_CHARS, readHint, writeHint } from './hint.ts';
import { Lane, type LanePlace, type Passenger } from './lane.ts';
import { untilAborted } from '../until-aborted.ts';
import { readEvents } from './read-events.ts';
import { StreamTail } from './stream-tail.ts';

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

interface Topic {
  streamId: string;
  /** How often this node has begun to watch a stream, and how often this one's events may have been rewritten since. */
  opening: number;
  rewrites: number;
  tail: StreamTail;
  lane: Lane;
  early: EarlyHints;
  /** Runs while hints wait for those before them. */
  patience: NodeJS.Timeout | null;
  watchers: number;
  wakes: Set<() => void>;
  ready: Promise<void>;
  leave: () => void;
}

const HEAD_CHECK_MS = 5_000;
/** How long a hint may be late before the log is read for it. */
const PATIENCE_MS = 40;
const MAX_TAIL_CHARS = 64_000_000;
/** How long that may take before everybody looks for themselves. */
const HEAL_MS = 250;
/** While the bus is down heads are compared so many times as often. */
const TICKS_PER_CHECK = 5;

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
  const topics = new Map<string, Topic>();
  let openings = 0;
  let tailChars = 0;

  const heard = (topic: Topic, hint: Hint): void => {
    const early = earlyHint(hint, topic.tail.head);
    if (early !== null && topic.early.keep(early)) {
      topic.patience ??= setTimeout(() => void heal(topic), PATIENCE_MS).unref();
      return;
    }
    grow(topic, hint);
    for (;;) {
      const next = topic.early.takeAfter(topic.tail.head);
      if (next === null) break;
      grow(topic, next);
    }
    if (topic.early.isEmpty) endPatience(topic);
  };

  /** What is missing has not come in time: one look into the log for all, or, when that fails, each for itself. */
  const heal = async (topic: Topic): Promise<void> => {
    const signal = AbortSignal.timeout(HEAL_MS);
    const missing = await untilAborted(readMissing(database, topic), signal).catch((err: unknown) => {
      log.warn({ err }, 'a hole could not be read');
      return [];
    });
    endPatience(topic);
    if (missing.length > 0) grow(topic, writeHint(nodeId, missing).hint);
    for (const hint of topic.early.takeAll()) grow(topic, hint);
  };

  const grow = (topic: Topic, { head, events, chars }: Hint): void => {
    const charsBefore = topic.tail.chars;
    const hasGrown = events === null ? topic.tail.raise(head) : topic.tail.push(events, chars);
    tailChars += topic.tail.chars - charsBefore;
    if (!hasGrown) return;
    if (tailChars > maxTailChars) forgetTails(topic);
    // What a head without events stands for, nobody knows.
    if (events === null || events.some(rewritesLog)) topic.rewrites++;
    carry(topic.lane, chars <= MAX_HINT_CHARS ? events : null);
    for (const wake of topic.wakes) wake();
  };

  /** All but the one that has just grown, oldest first, down to half of what all may keep. */
  const forgetTails = (newest: Topic): void => {
    for (const topic of topics.values()) {
      if (tailChars <= maxTailChars / 2) return;
      if (topic === newest) continue;
      tailChars -= topic.tail.chars;
      topic.tail.forget();
    }
  };

  const carry = (lane: Lane, events: readonly StreamEvent[] | null): void => {
    if (events === null) {
      lane.dissolve();
      return;
    }
    try {
      lane.carry(events);
    } catch (err) {
      log.error({ err }, 'a lane could not carry a batch');
      lane.dissolve();
    }
  };

  const onHint = (streamId: string, message: string): void => {
    const topic = topics.get(streamId);
    const hint = topic === undefined ? null : readHint(nodeId, message);
    if (topic !== undefined && hint !== null) heard(topic, hint);
  };

  const checkHeads = async (): Promise<void> => {
    if (topics.size === 0) return;
    const heads = await readHeads(database, [...topics.keys()]);
    for (const { id, head } of heads) {
      const topic = topics.get(id);
      if (topic !== undefined) heard(topic, { head, events: null, chars: 0 });
    }
  };
  let checking: Promise<void> | null = null;
  let mustCheckAgain = false;
  /** One comparison at a time; what a gap asks for while one is under way needs another one after it. */
  const check = async (): Promise<void> => {
    do {
      mustCheckAgain = false;
      await checkHeads().catch((err: unknown) => log.warn({ err }, 'head check failed'));
    } while (mustCheckAgain);
    checking = null;
  };
  const checkSoon = (): void => {
    checking ??= check();
  };
  let ticks = 0;
  const timer = setInterval(() => {
    ticks++;
    if (bus.isDown || ticks % TICKS_PER_CHECK === 0) checkSoon();
  }, headCheckMs / TICKS_PER_CHECK);
  timer.unref();
  const gap = bus.onGap(() => {
    mustCheckAgain = checking !== null;
    checkSoon();
  });

  const open = (streamId: string): Topic => {
    // Without hints a stream is followed all the same, by its heads; so nobody fails for a bus that refuses.
    const subscribed = bus
      .subscribe(channelOf(streamId), (message) => onHint(streamId, message))
      .catch((err: unknown) => {
        log.warn({ err }, 'no hints for a stream');
        return null;
      });
    const topic: Topic = {
      streamId,
      opening: ++openings,
      rewrites: 0,
      tail: new StreamTail(),
      lane: new Lane(),
      early: new EarlyHints(),
      patience: null,
      watchers: 0,
      wakes: new Set(),
      ready: subscribed.then(() => {}),
      leave: () => void subscribed.then((subscription) => subscription?.unsubscribe()),
    };
    topics.set(streamId, topic);
    return topic;
  };

  return {
    publish({ streamId, events }) {
      const topic = topics.get(streamId);
      const { text, hint } = writeHint(nodeId, events);
      if (topic !== undefined) heard(topic, hint);
      bus.publish(channelOf(streamId), text);
    },
    watch(streamId) {
      const topic = topics.get(streamId) ?? open(streamId);
      topic.watchers++;
      let isOver = false;
      return {
        ready: topic.ready,
        get head() {
          return topic.tail.head;
        },
        get version() {
          return `${topic.opening}.${topic.rewrites}`;
        },
        after: (seq) => topic.tail.after(seq),
        fill(events, chars) {
          // Streams with one reader are many, and it has what it read: their tails need only know where they are.
          const kept = topic.watchers > 1 ? events : events.slice(-1);
          const share = kept.length / Math.max(1, events.length);
          const head = kept.at(-1)?.seq ?? 0;
          if (topic.tail.isEmpty) heard(topic, { head, events: kept, chars: chars * share });
        },
        frames: (passenger, events) => topic.lane.frames(passenger, events),
        board: (passenger, seq) => (seq === topic.tail.head ? topic.lane.join(passenger, seq) : null),
        onChange(wake) {
          topic.wakes.add(wake);
          return { [Symbol.dispose]: () => topic.wakes.delete(wake) };
        },
        [Symbol.dispose]() {
          if (isOver) return;
          isOver = true;
          if (--topic.watchers > 0) return;
          topics.delete(streamId);
          tailChars -= topic.tail.chars;
          endPatience(topic);
          topic.leave();
        },
      };
    },
    get watchedCount() {
      return topics.size;
    },
    get laneCount() {
      return [...topics.values()].reduce((sum, { lane }) => sum + lane.size, 0);
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      gap[Symbol.dispose]();
      for (const topic of topics.values()) {
        endPatience(topic);
        topic.leave();
      }
      topics.clear();
      await checking;
    },
  };
}

function endPatience(topic: Topic): void {
  if (topic.patience !== null) clearTimeout(topic.patience);
  topic.patience = null;
}

const channelOf = (streamId: string): string => `aura:stream:${streamId}`;

async function readMissing(database: Database, { streamId, tail }: Topic): Promise<StreamEvent[]> {
  return await withSystemTransaction(
    { database, hub: NO_HUB },
    async ({ db }) => await readEvents(db, { streamId, after: tail.head }),
  );
}

async function readHeads(database: Database, ids: string[]): Promise<{ id: string; head: number }[]> {
  return await withSystemTransaction({ database, hub: NO_HUB }, async ({ db }) => {
    // One parameter however many streams: PostgreSQL takes 65,535 at most.
    const wanted = sql<string>`(select value::uuid from jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb))`;
    return await db.selectFrom('streams').select(['id', 'head']).where('id', 'in', wanted).execute();
  });
}
