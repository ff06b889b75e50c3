import { setTimeout as pause } from 'node:timers/promises';
import { sqlStateOf } from '../db/database-errors.ts';
import { jsonText } from '../db/json-text.ts';
import type { CommittedBatch } from './event.ts';
import type { Hub } from './hub.ts';

/**
 * Writes of many callers, committed in groups: what arrives while a commit is under way makes up the next one, so a
 * commit's cost is shared by everybody who waits for it. Nothing is answered before its commit. One bad request fails alone: a group that the database refuses is written again part by part, and
 * then one by one. Reads that many ask for at once are gathered in the same way, see `RoomItems`.
 */
export interface GroupCommit<Q, R> extends AsyncDisposable {
  /** Resolves with what `write` answered for this request once it has committed. */
  add(request: Q): Promise<R>;
}

export interface GroupCommitOptions<Q, R> {
  /** Writes all requests in one transaction and answers for each, in order: its result, or the error it is refused with. */
  write(requests: readonly Q[]): Promise<readonly (R | Error)[]>;
  /** What the request writes to: when somebody holds the lock of one, the others go on without it. */
  partOf(request: Q): string;
  /**
   * Whether, after a group of several, the next one is waited for a moment: those who have just been answered are about to
   * write again, and join it. For writers of several nodes to one stream, who take turns: half-filled groups would cost
   * them a fifth of what they get through (`npm run chat-send -w bench`).
   */
  gathers?: boolean;
}

/** A value is no JSON: circular, a bigint, or too deep or large to be written down. */
class UnstorableError extends Error {
  override name = 'UnstorableError';
}

const MAX_REQUESTS = 512;
/** What fewer write is not waited for. */
const GATHER_FROM = 4;
/** A part of how long the last group took, which is little where nobody is in the way. */
const GATHER_PART = 0.5;
const MAX_GATHER_MS = 5;

interface Waiting<Q, R> {
  request: Q;
  resolve(result: R): void;
  reject(err: unknown): void;
}

export function createGroupCommit<Q, R>({
  write,
  partOf,
  gathers = false,
}: GroupCommitOptions<Q, R>): GroupCommit<Q, R> {
  let queue: Waiting<Q, R>[] = [];
  let draining: Promise<void> | null = null;
  let isClosed = false;

  const writeAll = async (group: readonly Waiting<Q, R>[]): Promise<void> => {
    const results = await write(group.map(({ request }) => request));
    for (const [index, { resolve, reject }] of group.entries()) {
      const result = results[index];
      if (result === undefined) reject(new Error('a write without an answer'));
      else if (result instanceof Error) reject(result);
      else resolve(result);
    }
  };

  const writeOrSplit = async (group: readonly Waiting<Q, R>[]): Promise<void> => {
    try {
      // Once more after a race: the second attempt sees what the other side has committed.
      await writeAll(group).catch(async (err: unknown) => {
        if (!hasState(err, /^(23505|40001|40P01|0A000)$/)) throw err;
        await writeAll(group);
      });
    } catch (err) {
      const parts = [...Map.groupBy(group, ({ request }) => partOf(request)).values()];
      const isLocked = hasState(err, /^55P03$/);
      if (isRefusal(err) && parts.length > 1) {
        await Promise.all(parts.map(writeOrSplit));
      } else if (isRefusal(err) && !isLocked && group.length > 1) {
        for (const waiting of group) await writeOrSplit([waiting]);
      } else {
        for (const { reject } of group) reject(err);
      }
    }
  };

  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      const group = queue.slice(0, MAX_REQUESTS);
      queue = queue.slice(MAX_REQUESTS);
      const from = performance.now();
      await writeOrSplit(group);
      if (!gathers || group.length < GATHER_FROM || queue.length >= MAX_REQUESTS) continue;
      await pause(Math.min(MAX_GATHER_MS, (performance.now() - from) * GATHER_PART));
    }
    draining = null;
  };

  return {
    async add(request) {
      if (isClosed) throw new Error('this node is stopping; nothing more is taken');
      const { promise, resolve, reject } = Promise.withResolvers<R>();
      queue.push({ request, resolve, reject });
      draining ??= drain();
      return await promise;
    },
    async [Symbol.asyncDispose]() {
      isClosed = true;
      await draining;
    },
  };
}

/**
 * Nothing was written, so writing again cannot write twice: the database said no (55P03: somebody holds a lock for
 * too long), or a value could not even be made into JSON.
 */
function isRefusal(err: unknown): boolean {
  return err instanceof UnstorableError || hasState(err, /^(22|23|40|42|54|55P03)/);
}

function hasState(err: unknown, states: RegExp): boolean {
  return states.test(sqlStateOf(err) ?? '');
}

/** As `jsonText`; a value that is no JSON is this request's fault alone. */
export function groupJson(value: unknown): string {
  try {
    return jsonText(value);
  } catch (cause) {
    throw new UnstorableError('what is to be written is no JSON', { cause });
  }
}

/** Announces a group's events: those of one stream together, so that they go out in one write to each reader. */
export function publishGroup(hub: Pick<Hub, 'publish'>, batches: readonly CommittedBatch[]): void {
  const together = new Map<string, CommittedBatch>();
  for (const { streamId, events } of batches) {
    const known = together.get(streamId);
    if (known === undefined) together.set(streamId, { streamId, events: [...events] });
    else known.events.push(...events);
  }
  for (const batch of together.values()) if (batch.events.length > 0) hub.publish(batch);
}
