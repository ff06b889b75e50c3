import { databaseTrouble } from '../db/database-errors.ts';
import type { StreamEvent } from './event.ts';
import type { Hub } from './hub.ts';
import type { PageReader } from './page-reader.ts';
import { PAGE_SIZE } from './read-events.ts';

export interface FollowRequest {
  tenantId: string;
  streamId: string;
  /** The last seq the reader has; authorisation and the cursor's validity are the caller's business. */
  after: number;
  signal: AbortSignal;
}

/**
 * Every event of a stream after `after`, each once, in order, without a hole, until `signal` aborts: what the log
 * holds first, then live. Listening starts before the first read, so nothing falls between the two; whatever does
 * not join on to what was yielded last is read from the log. Holds no queue: at most one page and the shared tail.
 * Waits for a database that is away; throws what is the matter with it when that takes half a minute.
 */
export async function* followStream(
  ctx: { hub: Hub; pageReader: PageReader },
  { tenantId, streamId, after, signal }: FollowRequest,
): AsyncGenerator<StreamEvent, void, undefined> {
  using watch = ctx.hub.watch(streamId);
  using alarm = createAlarm(signal);
  using _changes = watch.onChange(alarm.ring);
  await watch.ready;

  let last = after;
  let mustRead = true;
  let fruitlessReads = 0;
  let failingSince: number | null = null;
  while (!signal.aborted) {
    let events = watch.after(last);
    if (events === null && (mustRead || watch.head > last)) {
      try {
        const page = await ctx.pageReader.read({ tenantId, streamId, after: last });
        mustRead = page.length === PAGE_SIZE;
        failingSince = null;
        // Nothing there although a hint said so: look again in a moment, less and less often.
        if (page.length > 0) events = page;
      } catch (err) {
        const trouble = databaseTrouble(err);
        failingSince ??= performance.now();
        if (trouble === null || performance.now() - failingSince > GIVE_UP_MS) throw trouble ?? err;
        mustRead = true;
      }
    }
    if (events === null) {
      const isBehind = mustRead || watch.head > last;
      await alarm.rung(isBehind ? Math.min(RECHECK_MS * 2 ** fruitlessReads++, MAX_RECHECK_MS) : null);
      continue;
    }
    fruitlessReads = 0;
    for (const event of events) {
      if (event.seq !== last + 1) {
        throw new Error(`stream ${streamId} has a hole between ${last} and ${event.seq}`);
      }
      yield event;
      last = event.seq;
      if (signal.aborted) return;
    }
  }
}

const RECHECK_MS = 50;
const MAX_RECHECK_MS = 1_000;
const GIVE_UP_MS = 30_000;

/** Wakes one waiter; rings that come while nobody waits are kept. */
function createAlarm(
  signal: AbortSignal,
): Disposable & { ring: () => void; rung(timeoutMs: number | null): Promise<void> } {
  let isRung = false;
  let wake: (() => void) | null = null;
  const ring = (): void => {
    isRung = true;
    wake?.();
  };
  signal.addEventListener('abort', ring, { once: true });
  return {
    ring,
    async rung(timeoutMs) {
      if (!isRung) {
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        const timer = timeoutMs === null ? null : setTimeout(resolve, timeoutMs);
        await promise;
        wake = null;
        if (timer !== null) clearTimeout(timer);
      }
      isRung = false;
    },
    [Symbol.dispose]() {
      signal.removeEventListener('abort', ring);
    },
  };
}
