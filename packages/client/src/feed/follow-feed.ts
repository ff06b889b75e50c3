import { parseCursor } from '@aura/contract';
import { type AuraError, toAuraError } from '../aura-error.ts';
import { backoffMs, pause } from '../backoff.ts';
import { feedVerdict } from './feed-verdict.ts';

/**
 * What is known about the feed. It moves `loading → live ⇄ reconnecting` and ends in one of the others:
 * - `ended`: the last event has been seen (a deleted conversation, a finished run).
 * - `notFound`, `forbidden`: it is not there (any more), or not for this user.
 * - `signedOut`: the session is over.
 * - `failed`: the server refuses for a reason that will not pass by itself.
 */
export type FollowStatus =
  | { status: 'loading' | 'live' | 'ended' }
  | { status: 'reconnecting' | 'notFound' | 'forbidden' | 'signedOut' | 'failed'; error: AuraError };

export interface Snapshot<S> {
  state: S;
  cursor: string;
}

/** What a subscription reports; the shape of tRPC's callbacks. `id` is the event's cursor. */
export interface FeedObserver<E> {
  onStarted(): void;
  onData(item: { id: string; data: E }): void;
  onError(err: unknown): void;
  onComplete(): void;
  onConnectionStateChange(report: { state: 'idle' | 'connecting' | 'pending'; error: unknown }): void;
}

export interface FeedSource<S, E> {
  /** Reads a snapshot with the cursor of the last event in it. */
  load(signal: AbortSignal): Promise<Snapshot<S>>;
  /** Yields every event after `cursor`; a repeat of earlier ones does no harm. */
  subscribe(cursor: string, observer: FeedObserver<E>): { unsubscribe(): void };
}

export interface FollowFeedOptions<S, E> {
  source: FeedSource<S, E>;
  apply: (state: S, event: E) => S;
  /** True once no more events can come. */
  isOver: (state: S) => boolean;
  onState: (state: S) => void;
  onStatus?: (status: FollowStatus) => void;
  signal: AbortSignal;
  retryDelayMs?: (index: number) => number;
}

/**
 * Keeps a state current: snapshot, then every event after it exactly once and in order, over lost connections and
 * server restarts. Resolves when the feed has ended or `signal` aborts; after that nothing is called any more.
 * Never rejects: `onStatus` tells.
 *
 * Invariant: `position.state` is what the server's log adds up to at `position.cursor`.
 */
export async function followFeed<S, E extends { type: string }>(
  options: FollowFeedOptions<S, E>,
): Promise<void> {
  const { source, isOver, signal, retryDelayMs = (index) => backoffMs(index) } = options;
  const onStatus = (status: FollowStatus) => {
    if (!signal.aborted) options.onStatus?.(status);
  };
  let position: Snapshot<S> | null = null;
  let failures = 0;

  onStatus({ status: 'loading' });
  while (!signal.aborted) {
    try {
      if (position === null) {
        position = await source.load(signal);
        if (signal.aborted) return;
        options.onState(position.state);
      }
      if (!isOver(position.state)) {
        await listen(
          options,
          position,
          () => {
            failures = 0;
            onStatus({ status: 'live' });
          },
          onStatus,
        );
      }
      if (isOver(position.state)) return onStatus({ status: 'ended' });
    } catch (err) {
      const error = toAuraError(err);
      const verdict = feedVerdict(error.code);
      if (verdict !== 'retry') return onStatus({ status: verdict, error });
      onStatus({ status: 'reconnecting', error });
    }
    await pause(retryDelayMs(failures++), signal);
  }
}

/** One subscription, from `position` on, moving it with each event. Resolves when it completes or `signal` aborts. */
function listen<S, E extends { type: string }>(
  { source, apply, isOver, onState, signal }: FollowFeedOptions<S, E>,
  position: Snapshot<S>,
  onLive: () => void,
  onStatus: (status: FollowStatus) => void,
): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    let isDone = false;
    const finish = (err?: unknown) => {
      if (isDone) return;
      isDone = true;
      signal.removeEventListener('abort', onAbort);
      subscription?.unsubscribe();
      if (err === undefined) resolve();
      else reject(toAuraError(err));
    };
    const onAbort = () => finish();
    const subscription: { unsubscribe(): void } | undefined = source.subscribe(position.cursor, {
      onStarted: () => {
        if (!isDone) onLive();
      },
      onData({ id, data }) {
        if (isDone || isRepeat(position.cursor, id, data.type)) return;
        position.state = apply(position.state, data);
        position.cursor = id;
        onState(position.state);
        if (isOver(position.state)) finish();
      },
      onError: (err) => finish(err),
      onComplete: () => finish(),
      onConnectionStateChange({ state, error }) {
        if (!isDone && state === 'connecting' && error !== null && error !== undefined) {
          onStatus({ status: 'reconnecting', error: toAuraError(error) });
        }
      },
    });
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    if (isDone) subscription.unsubscribe();
  });
}

/** True for an event that the state holds already. A `reset` never is: it replaces the state. */
function isRepeat(lastCursor: string, id: string, type: string): boolean {
  if (type === 'reset') return false;
  const last = parseCursor(lastCursor);
  const next = parseCursor(id);
  return last !== null && next !== null && last.epoch === next.epoch && next.seq <= last.seq;
}
