/** Who scrolls through a room reads many messages in a moment: the last one is told. */
const SETTLE_MS = 500;

export interface ReadMarker {
  /** Everything up to there has been seen. */
  seen: (seq: number) => void;
  /** Another reader: what was told counts no more. */
  clear: () => void;
}

/** Tells how far somebody has read: forwards only, and once for many messages. What could not be told is told next time. */
export function createReadMarker(tell: (seq: number) => Promise<unknown>): ReadMarker {
  let told = 0;
  let wanted = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = async () => {
    timer = undefined;
    const [seq, before] = [wanted, told];
    told = seq;
    try {
      await tell(seq);
    } catch {
      // The next message, or a look at the room after a reload, tells it again.
      if (told === seq) told = before;
    }
  };
  return {
    seen(seq) {
      wanted = Math.max(wanted, seq);
      if (wanted <= told) return;
      timer ??= setTimeout(() => void flush(), SETTLE_MS);
    },
    clear() {
      clearTimeout(timer);
      timer = undefined;
      [told, wanted] = [0, 0];
    },
  };
}
