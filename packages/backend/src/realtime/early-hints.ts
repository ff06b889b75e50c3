import type { Hint } from './hint.ts';

/** A hint with its events. */
type FullHint = Hint & { events: NonNullable<Hint['events']> };

const MAX_HINTS = 64;
const MAX_CHARS = 256_000;

/**
 * Hints that overtook those before them. Several nodes that write to one stream tell of it in no order: what one has
 * committed may be heard of here a moment after what another has committed next. Waiting that moment is cheaper than
 * having every subscriber read the log. Bounded in number and in size.
 */
export class EarlyHints {
  #waiting: FullHint[] = [];
  #chars = 0;

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Keeps it until what is missing comes; false when too much waits already. */
  keep(hint: FullHint): boolean {
    if (this.#waiting.length >= MAX_HINTS || this.#chars + hint.chars > MAX_CHARS) return false;
    this.#waiting.push(hint);
    this.#chars += hint.chars;
    return true;
  }

  /** The one that joins on to `head`, if it has come; those that are of no use any more are forgotten. */
  takeAfter(head: number): FullHint | null {
    this.#forget((hint) => hint.head <= head);
    const next = this.#waiting.find(({ events }) => (events[0]?.seq ?? 0) <= head + 1) ?? null;
    this.#forget((hint) => hint === next);
    return next;
  }

  /** All of them, in order: what is missing is not waited for any more. */
  takeAll(): FullHint[] {
    const all = this.#waiting.toSorted((a, b) => a.head - b.head);
    this.#forget(() => true);
    return all;
  }

  #forget(isOver: (hint: FullHint) => boolean): void {
    if (this.#waiting.length === 0) return;
    this.#waiting = this.#waiting.filter((hint) => !isOver(hint));
    this.#chars = this.#waiting.reduce((sum, { chars }) => sum + chars, 0);
  }
}

/** `hint` when it tells of events that do not join on to `head`. */
export function earlyHint(hint: Hint, head: number): FullHint | null {
  const { events } = hint;
  const first = events?.[0];
  if (events === null || first === undefined || head === 0 || first.seq <= head + 1) return null;
  return { ...hint, events };
}
