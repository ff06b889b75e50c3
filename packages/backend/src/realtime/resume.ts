import { type Cursor, formatCursor, parseCursor } from '@aura/contract';
import { tracked, type TrackedEnvelope } from '@trpc/server';
import type { Database } from '../db/database.ts';
import { withTransaction } from '../db/transaction.ts';
import type { StreamEvent } from './event.ts';
import { followBatches } from './follow-stream.ts';
import type { Hub } from './hub.ts';
import type { PageReader } from './page-reader.ts';
import { readStreamHead, type StreamPlace } from './read-events.ts';
import { createRide, type LaneFeed } from './ride.ts';
import type { SocketFlow } from './socket-flow.ts';

interface FeedContext {
  database: Database;
  hub: Hub;
  pageReader: PageReader;
  caller: { tenantId: string; userId: string };
  /** The socket the feed goes to; null for callers that pull (tests, SSE). */
  flow: SocketFlow | null;
}

export interface FeedOptions<E, S> {
  streamId: string;
  /** Where the stream stands, when the transaction that authorised has read that; else it is looked up. */
  stream?: StreamPlace | null;
  lastEventId: string | null | undefined;
  signal: AbortSignal;
  /**
   * Reads what a reader needs when its cursor is of no use: state and place, taken together. `isComplete`: the state
   * has the feed's last event in it, which need not have been so yet when `end` was read.
   */
  readSnapshot(): Promise<{ state: S; cursor: string; isComplete?: boolean }>;
  /**
   * Where a reader without a cursor starts: after 0, at the beginning. When that has been pruned, and always with
   * `snapshot`, with a `reset`.
   */
  start: { after: number } | 'snapshot';
  /** The seq after which the feed has nothing more to say, when that is known already. */
  end?: number | null;
  /** Feeds of this stream with the same key have the same `view` and `isLast`, whoever reads them. */
  viewKey: string;
  /** True when the key is one reader's own. */
  isPersonal?: boolean;
  /** The event as the reader sees it, or null when it is not for this feed. */
  view(event: StreamEvent): E | null;
  /** True for the event after which the feed has nothing more to say. */
  isLast?(event: StreamEvent): boolean;
  /** True for an event of which the feed must know before it goes out: about the reader's rights, say. */
  leavesLane?(event: StreamEvent): boolean;
}

/** The reader's cursor was of no use (pruned, foreign, or made up): here is where things stand; go on from here. */
export interface Reset<S> {
  type: 'reset';
  seq: number;
  data: S;
}

/**
 * A subscription: resumes at the cursor when it can, says so (`reset`) when it cannot, and never has a silent gap.
 * Authorise before calling. Waits for the socket whenever the reader is slow. A reader on a socket that has everything
 * rides in the stream's lane until something needs a closer look.
 */
export async function* resumeFeed<E extends object, S>(
  ctx: FeedContext,
  options: FeedOptions<E, S>,
): AsyncGenerator<TrackedEnvelope<E | Reset<S>>, void, undefined> {
  const { streamId, signal } = options;
  const stream =
    options.stream ?? (await withTransaction(ctx, async ({ db }) => await readStreamHead(db, streamId)));
  if (stream === null) return;

  let { epoch } = stream;
  let after = usablePlace(options, stream);
  if (after === null) {
    using _turn = await ctx.flow?.turn(signal);
    if (signal.aborted) return;
    const snapshot = await options.readSnapshot();
    const place = parseCursor(snapshot.cursor);
    if (place === null) throw new Error('a snapshot came without a cursor');
    ({ epoch, seq: after } = place);
    yield tracked(snapshot.cursor, { type: 'reset', seq: after, data: snapshot.state });
    if (snapshot.isComplete === true) return;
  }

  const { end } = options;
  if (end !== null && end !== undefined && after >= end) return;
  using watch = ctx.hub.watch(streamId);
  using ride =
    ctx.flow === null ? null : createRide({ watch, flow: ctx.flow, signal }, feedOf(options, epoch));
  const request = { tenantId: ctx.caller.tenantId, streamId, after, signal, ride };
  for await (const events of followBatches({ watch, pageReader: ctx.pageReader }, request)) {
    for (let index = 0; index < events.length;) {
      await ctx.flow?.ready(signal);
      if (signal.aborted) return;
      // Never the last one: it goes out by tRPC, so that the lane can take over after it.
      const ahead = ride?.ahead(events.slice(index, -1)) ?? 0;
      const event = events[index];
      index += Math.max(ahead, 1);
      if (ahead > 0 || event === undefined) continue;
      const view = options.view(event);
      const isLast = options.isLast?.(event) === true;
      if (view !== null) {
        const offered = isLast ? view : (ride?.offer(view, event.seq) ?? view);
        yield tracked(formatCursor({ epoch, seq: event.seq }), offered);
      }
      if (isLast) return;
    }
  }
}

function feedOf<E extends object>(
  { viewKey, isPersonal = false, view, isLast, leavesLane }: FeedOptions<E, unknown>,
  epoch: string,
): LaneFeed {
  return {
    epoch,
    viewKey,
    isPersonal,
    view,
    isLast: isLast ?? (() => false),
    leavesLane: leavesLane ?? null,
  };
}

/** The seq to go on after, or null when the log does not hold everything since then. */
function usablePlace(
  { lastEventId, start }: Pick<FeedOptions<never, never>, 'lastEventId' | 'start'>,
  stream: StreamPlace,
): number | null {
  const place = placeOf(lastEventId ?? null, { start, epoch: stream.epoch });
  const isUsable =
    place !== null &&
    place.epoch === stream.epoch &&
    place.seq <= stream.head &&
    place.seq >= stream.oldest - 1;
  return isUsable ? place.seq : null;
}

function placeOf(
  lastEventId: string | null,
  { start, epoch }: { start: FeedOptions<never, never>['start']; epoch: string },
): Cursor | null {
  if (lastEventId !== null) return parseCursor(lastEventId);
  return start === 'snapshot' ? null : { epoch, seq: start.after };
}
