import type { AuthResult } from '@aura/contract';
import { createStore } from '../store.ts';
import type { Exclusive } from './exclusive.ts';
import { createRenewalTimer } from './renewal-timer.ts';
import { renewSession } from './renew-session.ts';
import { isSameSessionState, type SessionState, type SessionStore, toSessionState } from './session-state.ts';
import type { SessionVault } from './session-vault.ts';
import { identityKey, msLeft, type StoredSession, toStoredSession } from './stored-session.ts';
import type { SignOutReason, TabChannel } from './tab-channel.ts';

export interface SessionOptions {
  vault: SessionVault;
  exclusive: Exclusive;
  channel: TabChannel;
  refresh: (refreshToken: string) => Promise<AuthResult>;
  /** This device's clock in ms; it may be wrong and may jump. */
  now: () => number;
}

export interface Session {
  readonly store: SessionStore;
  /** Resolves once the storage has answered. */
  readonly ready: Promise<void>;
  /** The key of the identity that acts now, or null. */
  identityKey(): string | null;
  /**
   * A token with at least `minLeftMs` to live, renewed first if need be; null when signed out. When renewing fails
   * and the old token still lives, that one; else throws NETWORK and the like.
   */
  accessToken(options?: { minLeftMs?: number }): Promise<string | null>;
  /** The token in hand, whatever it is still worth. */
  peekToken(): string | null;
  /** The server has refused this token: never hand it out again. */
  refuse(accessToken: string): void;
  /** Puts a fresh login in place. */
  install(result: AuthResult, sentAt: number): Promise<void>;
  /** Runs `work` while nobody renews, in any tab. */
  exclusive: Exclusive;
  /** Forgets the session, here and in all tabs. */
  end(reason?: SignOutReason): Promise<void>;
  /** The server has ended the session of `key`: signs out, unless another one is in place by now. */
  revoked(key: string | null): void;
  /** Looks at the storage again. */
  sync(reason?: SignOutReason): Promise<void>;
  close(): void;
}

/** One login: its tokens, who it is, and the promise that only one renewal runs however many calls ask for it. */
export function createSession({ vault, exclusive, channel, refresh, now }: SessionOptions): Session {
  const store = createStore<SessionState>({ status: 'loading' });
  // 60 to 90 s, drawn once per client, so that the tabs of a site do not all wake at the same moment.
  const marginMs = 60_000 + Math.random() * 30_000;
  let current: StoredSession | null = null;
  let refused: string | null = null;
  let renewing: Promise<void> | null = null;

  const isGood = (session: StoredSession, minLeftMs = marginMs) =>
    session.accessToken !== refused && msLeft(session, now()) > Math.min(minLeftMs, session.lifetimeMs / 4);

  const timer = createRenewalTimer({
    delayMs: () =>
      current === null
        ? null
        : Math.max(0, msLeft(current, now()) - Math.min(marginMs, current.lifetimeMs / 4)),
    renew: () => renew(marginMs),
  });

  function adopt(next: StoredSession | null, reason?: SignOutReason): void {
    current = next;
    timer.schedule();
    const state = toSessionState(next, reason);
    if (!isSameSessionState(store.get(), state)) store.set(state);
  }

  function renew(minLeftMs: number): Promise<void> {
    const before = current?.accessToken;
    renewing ??= exclusive(async () => {
      const isUsable = (session: StoredSession) =>
        session.accessToken !== before && isGood(session, minLeftMs);
      const renewal = await renewSession({ vault, refresh, now, isUsable });
      switch (renewal.outcome) {
        case 'renewed':
          adopt(renewal.session);
          channel.announce();
          return;
        case 'theirs':
          adopt(renewal.session);
          return;
        case 'ended':
          await end(renewal.reason);
          return;
      }
    }).finally(() => {
      renewing = null;
    });
    return renewing;
  }

  async function end(reason?: SignOutReason): Promise<void> {
    adopt(null, reason);
    await vault.write(null);
    channel.announce(reason);
  }

  async function sync(reason?: SignOutReason): Promise<void> {
    // A renewal in this tab ends with the truth anyway; adopting an older reading over it would be a step back.
    if (renewing === null) adopt(await vault.read(), reason);
  }

  const first = vault.read();
  if (!(first instanceof Promise)) adopt(first);
  const ready = Promise.resolve(first).then((session) => {
    // A login that was quicker than a slow storage is newer than what the storage held.
    if (store.get().status === 'loading') adopt(session);
  });

  return {
    store,
    ready,
    exclusive,
    end,
    sync,
    identityKey: () => (current === null || current.identity === null ? null : identityKey(current.identity)),
    async accessToken({ minLeftMs = marginMs } = {}) {
      await ready;
      if (current === null || isGood(current, minLeftMs)) return current?.accessToken ?? null;
      const before = current;
      try {
        await renew(minLeftMs);
      } catch (err) {
        if (current === before && before.accessToken !== refused && msLeft(before, now()) > 0) {
          return before.accessToken;
        }
        throw err;
      }
      return current?.accessToken ?? null;
    },
    peekToken: () => current?.accessToken ?? null,
    refuse(accessToken) {
      refused = accessToken;
    },
    async install(result, sentAt) {
      const session = toStoredSession(result, sentAt);
      adopt(session);
      await vault.write(session);
      channel.announce();
    },
    revoked(key) {
      // Under the lock: changing the tenant ends the old session, and news of that may outrun the new one's tokens.
      const checked = exclusive(async () => {
        const stored = await vault.read();
        const isInPlace = stored !== null && stored.identity !== null && identityKey(stored.identity) === key;
        if (isInPlace) await end('revoked');
        else adopt(stored);
      });
      checked.catch(() => undefined);
    },
    close() {
      timer.stop();
      channel.close();
    },
  };
}
