import { parseJson } from '../parse-json.ts';
import type { AuraStorage } from '../storage.ts';
import { type StoredSession, storedSessionSchema } from './stored-session.ts';

/** The one place where a session is read from and written to a storage, in order. */
export interface SessionVault {
  /** Synchronous when the storage is, so that a page starts with its login known. */
  read(): StoredSession | null | Promise<StoredSession | null>;
  write(session: StoredSession | null): Promise<void>;
}

export function createSessionVault(storage: AuraStorage, key: string): SessionVault {
  let pending: Promise<void> | null = null;
  // Set once the storage has refused a write (full, blocked): what it still holds is out of date then, and an old
  // refresh token looks like a stolen one to the server.
  let detached: { session: StoredSession | null } | null = null;

  const put = async (session: StoredSession | null): Promise<void> => {
    try {
      await (session === null ? storage.remove(key) : storage.set(key, JSON.stringify(session)));
    } catch {
      detached = { session };
    }
  };
  return {
    read() {
      if (detached !== null) return detached.session;
      if (pending !== null) return pending.then(() => this.read());
      try {
        const text = storage.get(key);
        return text instanceof Promise ? text.then(parse, () => null) : parse(text);
      } catch {
        return null;
      }
    },
    write(session) {
      if (detached !== null) {
        detached = { session };
        return Promise.resolve();
      }
      const turn: Promise<void> = (pending === null ? put(session) : pending.then(() => put(session))).then(
        () => {
          if (pending === turn) pending = null;
        },
      );
      pending = turn;
      return turn;
    },
  };
}

function parse(text: string | null): StoredSession | null {
  if (text === null) return null;
  const parsed = storedSessionSchema.safeParse(parseJson(text));
  return parsed.success ? parsed.data : null;
}
