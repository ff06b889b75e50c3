import { idSchema } from '@aura/contract';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Caller } from '../../context.ts';
import type { Database } from '../../db/database.ts';
import { NO_HUB, withSystemTransaction } from '../../db/transaction.ts';
import type { Bus } from '../../realtime/bus.ts';
import { standingOfApiKeys } from './api-key-store.ts';
import { AttendedKeys } from './attended-keys.ts';
import { revokedSince } from './session-store.ts';

/**
 * Knows which sessions and API keys ended while callers who came with them may still be believed, because that is done
 * without asking the database. It hears of an end from this node or from another one over the bus, and reads the recent
 * ends from the database every few seconds, so that a lost hint heals. A key counts here as a session with the key's id.
 */
export interface SessionWatch extends AsyncDisposable {
  isRevoked(sessionId: string): boolean;
  /** Calls `listener` for every session whose end is learnt here, as a rule once. */
  onRevoked(listener: (sessionId: string) => void): Disposable;
  /** Tells this node and the others. Call after the commit that ended them. */
  announce(sessionIds: readonly string[]): void;
  /**
   * For what stays open with one caller: calls `onLost` once when the caller's API key may no longer do what it could,
   * because its user was deactivated, changed role or left the tenant. Never for a session, which such a change ends.
   */
  attend(caller: Caller, onLost: () => void): Disposable;
}

export interface SessionWatchOptions {
  database: Database;
  bus: Bus;
  log: Logger;
  /** Between two looks at the database. */
  pollMs?: number;
}

const CHANNEL = 'aura:sessions:ended';
const POLL_MS = 3_000;
/** Longer than any access token lives (15 min), with room for clocks and for a token signed a moment after the end. */
const MEMORY_MS = 20 * 60_000;
/** A transaction stamps its row before it commits; one that took longer than this would be missed. */
const OVERLAP_MS = 60_000;

const hintSchema = z.array(idSchema).max(1_000);

/** Resolves once the recent ends are known. Rejects when they cannot be read: better no start than ended sessions let in. */
export async function createSessionWatch(options: SessionWatchOptions): Promise<SessionWatch> {
  const { database, bus, log, pollMs = POLL_MS } = options;
  /** Session to the time (of `performance.now`) when it can be forgotten; oldest first. */
  const ended = new Map<string, number>();
  const listeners = new Set<(sessionId: string) => void>();
  const keys = new AttendedKeys();
  let readUpTo: Date | null = null;
  let polling: Promise<void> | null = null;
  let isFailing = false;

  const learn = (sessionIds: readonly string[]): void => {
    for (const id of sessionIds) {
      if (ended.has(id)) continue;
      ended.set(id, performance.now() + MEMORY_MS);
      for (const listener of listeners) listener(id);
    }
  };

  const forgetOld = (): void => {
    for (const [id, until] of ended) {
      if (until > performance.now()) return;
      ended.delete(id);
    }
  };

  const read = async (): Promise<void> => {
    const window = {
      since: readUpTo === null ? null : new Date(readUpTo.getTime() - OVERLAP_MS),
      atMostMs: MEMORY_MS,
    };
    const scope = { database, hub: NO_HUB };
    const { now, ids } = await withSystemTransaction(scope, async ({ db }) => await revokedSince(db, window));
    readUpTo = now;
    learn(ids);
    await keys.check(
      async (keyIds) =>
        await withSystemTransaction(scope, async ({ db }) => await standingOfApiKeys(db, keyIds)),
    );
  };

  const poll = async (): Promise<void> => {
    forgetOld();
    try {
      await read();
      if (isFailing) log.info('ended sessions can be read again');
      isFailing = false;
    } catch (err) {
      if (!isFailing) log.warn({ err }, 'ended sessions cannot be read; going on with those known');
      isFailing = true;
    }
  };
  const pollSoon = (): void => {
    polling ??= poll().finally(() => {
      polling = null;
    });
  };

  const subscription = await bus.subscribe(CHANNEL, (message) => learn(parseHint(message)));
  try {
    await read();
  } catch (err) {
    subscription.unsubscribe();
    throw err;
  }
  const gap = bus.onGap(pollSoon);
  const timer = setInterval(pollSoon, pollMs);
  timer.unref();

  return {
    isRevoked: (sessionId) => ended.has(sessionId),
    onRevoked(listener) {
      // A wrapper of its own, so that the same function given twice is two listeners.
      const own = (sessionId: string): void => listener(sessionId);
      listeners.add(own);
      return { [Symbol.dispose]: () => listeners.delete(own) };
    },
    announce(sessionIds) {
      if (sessionIds.length === 0) return;
      learn(sessionIds);
      for (let from = 0; from < sessionIds.length; from += 1_000) {
        bus.publish(CHANNEL, JSON.stringify(sessionIds.slice(from, from + 1_000)));
      }
    },
    attend: (caller, onLost) =>
      caller.scopes === null ? new DisposableStack() : keys.attend(caller, onLost),
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      gap[Symbol.dispose]();
      subscription.unsubscribe();
      await polling;
      listeners.clear();
    },
  };
}

function parseHint(message: string): readonly string[] {
  try {
    return hintSchema.parse(JSON.parse(message));
  } catch {
    // Anyone who can reach Redis can write there; what makes no sense is no hint.
    return [];
  }
}
