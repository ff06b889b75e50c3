/** The server forgets a word of typing after some seconds; this often it is said again. */
const REPEAT_MS = 3_000;
/** So long without a key, and nobody is typing any more. */
const IDLE_MS = 4_000;

export interface TypingSignal {
  /** Called with every key. */
  typing: () => void;
  /** The text was sent, or left. */
  stop: () => void;
}

/** Says that somebody types: at once, then every three seconds while keys come, and that it is over. */
export function createTypingSignal(say: (typing: { isTyping: boolean }) => void): TypingSignal {
  let saidAt: number | null = null;
  let idle: ReturnType<typeof setTimeout> | undefined;
  const stop = () => {
    clearTimeout(idle);
    if (saidAt === null) return;
    saidAt = null;
    say({ isTyping: false });
  };
  return {
    typing() {
      clearTimeout(idle);
      idle = setTimeout(stop, IDLE_MS);
      const now = performance.now();
      if (saidAt !== null && now - saidAt < REPEAT_MS) return;
      saidAt = now;
      say({ isTyping: true });
    },
    stop,
  };
}
