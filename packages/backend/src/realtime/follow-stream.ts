import { databaseTrouble } from '../db/database-errors.ts';
import { createBell } from './bell.ts';
import type { StreamEvent } from './event.ts';
import type { StreamWatch } from './hub.ts';
import type { Page, PageReader } from './page-reader.ts';
import type { Ride } from './ride.ts';

export interface FollowRequest {
  tenantId: string;
  streamId: string;
  /** The last seq the reader has; authorisation and the cursor's validity are the caller's business. */
  after: number;
  signal: AbortSignal;
  /** What may deliver events in the meantime, whenever the reader has been given the newest one. */
  ride?: Pick<Ride, 'isUnderWay' | 'end'> | null;
}

/** As `followBatches`, one by one. */
export async function* followStream(
  parts: { watch: StreamWatch; pageReader: PageReader },
  request: FollowRequest,
): AsyncGenerator<StreamEvent, void, undefined> {
  for await (const events of followBatches(parts, request)) {
    for (const event of events) {
      yield event;
      if (request.signal.aborted) return;
    }
  }
}

/**
 * Every event of a stream after `after`, each once, in order, without a hole, until `signal` aborts: what the log
 * holds first, then live; as many at a time as are at hand. Listening starts before the first read, so nothing falls between the two; whatever does
 * not join on to what was yielded last is read from the log. Holds no queue: at most one page and the shared tail.
 * Waits for a database that is away; throws what is the matter with it when that takes half a minute. What a ride has
 * delivered it leaves out.
 */
export async function* followBatches(
  { watch, pageReader }: { watch: StreamWatch; pageReader: PageReader },
  { tenantId, streamId, after, signal, ride = null }: FollowRequest,
): AsyncGenerator<readonly StreamEvent[], void, undefined> {
  using bell = createBell(signal);
  using _changes = watch.onChange(bell.ring);
  await watch.ready;

  let last = after;
  let mustRead = true;
  let fruitlessReads = 0;
  let failingSince: number | null = null;
  while (!signal.aborted) {
    // Here, and not where the event is given out, so that a page is not held on to for as long as the ride takes.
    if (ride?.isUnderWay() === true) {
      last = (await ride.end()) ?? last;
      continue;
    }
    let events = watch.after(last);
    if (events !== null) mustRead = false;
    else if (mustRead || watch.head > last) {
      try {
        const { version } = watch;
        const page = await pageReader.read({ tenantId, streamId, after: last, version });
        mustRead = page.isFull;
        failingSince = null;
        if (!page.isFull && watch.version === version) fill(watch, page);
        events = page.events.filter(({ seq }) => seq > last);
      } catch (err) {
        const trouble = databaseTrouble(err);
        failingSince ??= performance.now();
        if (trouble === null || performance.now() - failingSince > GIVE_UP_MS) throw trouble ?? err;
        mustRead = true;
      }
    }
    if (events === null || events.length === 0) {
      // Nothing there although a hint said so: look again in a moment, less and less often.
      const isBehind = mustRead || watch.head > last;
      await bell.rung(isBehind ? Math.min(RECHECK_MS * 2 ** fruitlessReads++, MAX_RECHECK_MS) : null);
      continue;
    }
    fruitlessReads = 0;
    const { whole, hole } = upToHole(events, last);
    if (whole.length > 0) yield whole;
    last += whole.length;
    if (hole !== null && !signal.aborted) {
      throw new Error(`stream ${streamId} has a hole between ${last} and ${hole}`);
    }
  }
}

/** The events that follow `last` and each other, and the seq that does not. */
function upToHole(
  events: readonly StreamEvent[],
  last: number,
): { whole: readonly StreamEvent[]; hole: number | null } {
  const wrong = events.findIndex(({ seq }, index) => seq !== last + 1 + index);
  if (wrong === -1) return { whole: events, hole: null };
  return { whole: events.slice(0, wrong), hole: events[wrong]?.seq ?? null };
}

/** Spares later readers the query. The events behind the last hole, that is: a page of a pruned log has holes. */
function fill(watch: StreamWatch, { events, chars }: Page): void {
  const hole = events.findLastIndex(({ seq }, index) => seq + 1 !== (events[index + 1]?.seq ?? seq + 1));
  watch.fill(events.slice(hole + 1), chars);
}

const RECHECK_MS = 50;
const MAX_RECHECK_MS = 1_000;
const GIVE_UP_MS = 30_000;
