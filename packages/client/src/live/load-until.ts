interface Reach {
  /** Place in the log of the first message that is there. */
  oldestSeq: () => number | undefined;
  /** Loads a large page of those before it, if there are any. */
  loadOlder: () => Promise<void>;
  signal: AbortSignal;
}

/** Of the largest size: as far back as anybody jumps. */
const MAX_PAGES = 100;
export const LARGE_PAGE_MESSAGES = 200;

/** Loads older messages until the one at `seq` is among them. Answers whether it came to that. */
export async function loadUntil(seq: number, { oldestSeq, loadOlder, signal }: Reach): Promise<boolean> {
  for (let page = 0; page < MAX_PAGES && !signal.aborted; page++) {
    const oldest = oldestSeq();
    if (oldest === undefined) return false;
    if (oldest <= seq) return true;
    await loadOlder();
    if (oldestSeq() === oldest) return false;
  }
  return false;
}
