import type { AuraError } from '../aura-error.ts';
import { toAuraError } from '../aura-error.ts';
import type { AuraClient } from '../create-aura-client.ts';
import type { FollowOptions } from '../feed/follow-conversation.ts';
import { identityKeyOf } from './identity-key-of.ts';
import { type LiveStatus, toLiveStatus } from './live-status.ts';

/** Something that is followed, as far as it is known. */
export interface Followed<S> {
  status: LiveStatus;
  /** Why the status is `error`; beside another status, what went wrong last and is being tried again. */
  error: AuraError | null;
  state: S | null;
}

export interface Follower<S> {
  get: () => Followed<S>;
  begin: () => void;
  end: () => void;
  /** Forgets what is known and begins anew. */
  restart: () => void;
  /** Tells of a failure beside the state. */
  fail: (err: unknown) => void;
  /** Holds as long as what was asked for still joins on: not after an end, a new start or another identity. */
  signal: () => AbortSignal;
}

interface FollowerOptions<S> {
  client: AuraClient;
  follow: (options: Required<FollowOptions<S>>) => Promise<void>;
  /** Called before `next` takes the place of what was known. */
  onState?: (next: S, previous: S | null) => void;
  /** Called when what was known is gone: another identity acts, or it begins anew. */
  onForget: () => void;
  onChange: () => void;
}

/** Follows from `begin` to `end`, for whoever is signed in: nothing of one identity ever shows under another. */
export function createFollower<S>(options: FollowerOptions<S>): Follower<S> {
  const { client, onForget, onChange } = options;
  const blank: Followed<S> = { status: 'loading', error: null, state: null };
  let followed = blank;
  let identity = identityKeyOf(client.session.get());
  let following = new AbortController();
  let stopWatching: (() => void) | null = null;

  const forget = () => {
    following.abort();
    followed = blank;
    onForget();
  };
  const forgetOthers = (): boolean => {
    const next = identityKeyOf(client.session.get());
    if (next === identity) return false;
    identity = next;
    forget();
    return true;
  };
  const follow = () => {
    following.abort();
    following = new AbortController();
    void options.follow({
      signal: following.signal,
      onState(state) {
        options.onState?.(state, followed.state);
        followed = { status: 'ready', error: null, state };
        onChange();
      },
      onStatus(status) {
        followed = { ...followed, ...toLiveStatus(status, followed.status) };
        onChange();
      },
    });
  };
  return {
    get: () => followed,
    begin() {
      forgetOthers();
      stopWatching = client.session.subscribe(() => {
        if (forgetOthers()) follow();
      });
      follow();
    },
    end() {
      stopWatching?.();
      following.abort();
    },
    restart() {
      forget();
      follow();
    },
    fail(err) {
      followed = { ...followed, error: toAuraError(err) };
      onChange();
    },
    signal: () => following.signal,
  };
}
