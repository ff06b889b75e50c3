/** Runs `work` alone among all who share its name. */
export type Exclusive = <T>(work: () => Promise<T>) => Promise<T>;

const WAIT_MS = 20_000;

/**
 * One at a time across all tabs of the site through the Web Locks API; within this client alone where that is
 * missing (plain http pages) or `name` is null (nobody else shares the session). Then two tabs may refresh at once;
 * the server gives both the same successor, so nobody is signed out by it.
 */
export function createExclusive(name: string | null): Exclusive {
  const inThisClient = createMutex();
  const locks = typeof navigator === 'undefined' ? undefined : navigator.locks;
  if (name === null || locks === undefined) return inThisClient;

  return async (work) => {
    let hasEntered = false;
    try {
      return await locks.request(name, { signal: AbortSignal.timeout(WAIT_MS) }, () => {
        hasEntered = true;
        return work();
      });
    } catch (err) {
      if (hasEntered) throw err;
      // A tab that hangs with the lock, or a page that may not use locks, must not stop this one.
      return inThisClient(work);
    }
  };
}

function createMutex(): Exclusive {
  let tail: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = tail.then(work);
    tail = turn.catch(() => undefined);
    return turn;
  };
}
