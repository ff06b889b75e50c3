import { sql } from 'kysely';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Database } from '../db/database.ts';
import type { Bus } from './bus.ts';
import type { CommittedBatch, StreamEvent } from './event.ts';
import { StreamTail } from './stream-tail.ts';

/**
 * Tells the subscribers of this node that a stream has grown. Every subscriber of a stream shares one tail of its
 * newest events, so a slow or stalled one costs nothing here: it reads what it missed from the log.
 *
 * What it hears (a local commit, a hint from another node) is never believed to be complete. A hint that does not
 * join on to the tail only raises `head`, and every five seconds all watched heads are compared with the database,
 * so a lost hint heals.
 */
export interface Hub extends AsyncDisposable {
  /** Announces a committed batch here and to other nodes. Never throws, never waits. */
  publish(batch: CommittedBatch): void;
  /** Starts listening to a stream. `ready` resolves once hints from other nodes arrive. */
  watch(streamId: string): StreamWatch;
  /** Streams watched on this node: for metrics, and for tests that nothing leaks. */
  readonly watchedCount: number;
}

export interface StreamWatch extends Disposable {
  readonly ready: Promise<void>;
  /** The highest seq heard of; 0 when nothing was heard yet. */
  readonly head: number;
  /** The events right after `seq` when the tail holds them; null: read the log. */
  after(seq: number): readonly StreamEvent[] | null;
  /** Calls `wake` whenever the stream may have grown. */
  onChange(wake: () => void): Disposable;
}

interface Topic {
  tail: StreamTail;
  watchers: number;
  wakes: Set<() => void>;
  ready: Promise<void>;
  leave: () => void;
}

const HEAD_CHECK_MS = 5_000;
/** A hint carries its events up to this size; a larger one makes the other nodes read the log. */
const MAX_HINT_CHARS = 64_000;

export function createHub(options: { database: Database; bus: Bus; log: Logger; nodeId: string }): Hub {
  const { database, bus, log, nodeId } = options;
  const topics = new Map<string, Topic>();

  const heard = (topic: Topic, batch: { events: readonly StreamEvent[] } | { head: number }): void => {
    const hasGrown = 'events' in batch ? topic.tail.push(batch.events) : topic.tail.raise(batch.head);
    if (hasGrown) for (const wake of topic.wakes) wake();
  };

  const onHint = (streamId: string, message: string): void => {
    const hint = parseHint(message);
    const topic = topics.get(streamId);
    if (hint === null || topic === undefined || hint.node === nodeId) return;
    heard(topic, hint.events === undefined ? { head: hint.to } : { events: hint.events });
  };

  const checkHeads = async (): Promise<void> => {
    if (topics.size === 0) return;
    const heads = await readHeads(database, [...topics.keys()]);
    for (const { id, head } of heads) {
      const topic = topics.get(id);
      if (topic !== undefined) heard(topic, { head });
    }
  };
  const checkSoon = (): void =>
    void checkHeads().catch((err: unknown) => log.warn({ err }, 'head check failed'));
  const timer = setInterval(checkSoon, HEAD_CHECK_MS);
  timer.unref();
  const gap = bus.onGap(checkSoon);

  const open = (streamId: string): Topic => {
    const subscribed = bus.subscribe(channelOf(streamId), (message) => onHint(streamId, message));
    const topic: Topic = {
      tail: new StreamTail(),
      watchers: 0,
      wakes: new Set(),
      ready: subscribed.then(() => {}),
      leave: () => void subscribed.then((subscription) => subscription.unsubscribe()),
    };
    topics.set(streamId, topic);
    return topic;
  };

  return {
    publish(batch) {
      const topic = topics.get(batch.streamId);
      if (topic !== undefined) heard(topic, batch);
      bus.publish(channelOf(batch.streamId), hintText(nodeId, batch));
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
        after: (seq) => topic.tail.after(seq),
        onChange(wake) {
          topic.wakes.add(wake);
          return { [Symbol.dispose]: () => topic.wakes.delete(wake) };
        },
        [Symbol.dispose]() {
          if (isOver) return;
          isOver = true;
          if (--topic.watchers > 0) return;
          topics.delete(streamId);
          topic.leave();
        },
      };
    },
    get watchedCount() {
      return topics.size;
    },
    [Symbol.asyncDispose]() {
      clearInterval(timer);
      gap[Symbol.dispose]();
      for (const topic of topics.values()) topic.leave();
      topics.clear();
      return Promise.resolve();
    },
  };
}

const channelOf = (streamId: string): string => `aura:stream:${streamId}`;

const hintSchema = z.object({
  node: z.string(),
  to: z.int(),
  events: z
    .array(
      z.object({
        seq: z.int(),
        type: z.string(),
        runId: z.string().nullable(),
        at: z.string(),
        data: z.record(z.string(), z.json()),
      }),
    )
    .optional(),
});

function parseHint(message: string): z.infer<typeof hintSchema> | null {
  try {
    return hintSchema.parse(JSON.parse(message));
  } catch {
    // Anyone who can reach Redis can write there; what makes no sense is no hint.
    return null;
  }
}

function hintText(node: string, { events }: CommittedBatch): string {
  const to = events.at(-1)?.seq ?? 0;
  const whole = JSON.stringify({ node, to, events });
  return whole.length <= MAX_HINT_CHARS ? whole : JSON.stringify({ node, to });
}

async function readHeads(database: Database, ids: string[]): Promise<{ id: string; head: number }[]> {
  return await database.db.transaction().execute(async (db) => {
    await sql`select set_config('role', 'aura_system', true)`.execute(db);
    return await db.selectFrom('streams').select(['id', 'head']).where('id', 'in', ids).execute();
  });
}
