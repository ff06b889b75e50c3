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
  while (!signal.aborted) {
    let events = watch.after(last);
    if (events === null && (mustRead || watch.head > last)) {
      events = await ctx.pageReader.read({ tenantId, streamId, after: last });
      mustRead = events.length === PAGE_SIZE;
      // The log holds nothing more although a hint said so: its transaction's row may be on the way. Wait to be told.
      if (events.length === 0) events = null;
    }
    if (events === null) {
      await alarm.rung(watch.head > last ? RECHECK_MS : null);
      if (watch.head > last) mustRead = true;
      continue;
    }
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

/** How soon to look again when a hint ran ahead of what a read could see. */
const RECHECK_MS = 50;

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
