import { rewritesLog, type StreamEvent } from './event.ts';

const MAX_EVENTS = 256;
const MAX_CHARS = 1_000_000;

/**
 * The newest events of a stream without a hole between them, and the highest seq heard of. Events beyond a hole are
 * not kept: whoever needs them reads the log, which heals the hole and costs no bookkeeping here. Bounded in number
 * and in size.
 */
export class StreamTail {
  #events: StreamEvent[] = [];
  /** The size of each event, as far as its batch tells. */
  #sizes: number[] = [];
  #chars = 0;
  #head = 0;

  get head(): number {
    return this.#head;
  }

  /** How much is kept, in characters of JSON. */
  get chars(): number {
    return this.#chars;
  }

  get isEmpty(): boolean {
    return this.#events.length === 0;
  }

  /** Takes neighbouring events, together so many characters; true when they raised the head. */
  push(events: readonly StreamEvent[], chars: number): boolean {
    const first = events[0];
    const last = events.at(-1);
    if (first === undefined || last === undefined || last.seq < this.#head) return false;
    const hasGrown = last.seq > this.#head;
    if (!hasGrown && !this.isEmpty) return false;
    let end = this.#events.at(-1)?.seq;
    if (end === undefined || first.seq > end + 1 || events.some(rewritesLog)) {
      this.forget();
      end = first.seq - 1;
    }
    const size = chars / events.length;
    for (const event of events) {
      if (event.seq <= end) continue;
      this.#events.push(event);
      this.#sizes.push(size);
      this.#chars += size;
    }
    // Cut at twice the bound, so that the cost of cutting is spread over many events.
    if (this.#events.length > 2 * MAX_EVENTS || this.#chars > 2 * MAX_CHARS) this.#cut();
    this.#head = last.seq;
    return hasGrown;
  }

  #cut(): void {
    let from = this.#events.length;
    let chars = 0;
    while (from > 0 && this.#events.length - from < MAX_EVENTS) {
      const size = this.#sizes[from - 1] ?? 0;
      if (chars + size > MAX_CHARS) break;
      chars += size;
      from--;
    }
    this.#events = this.#events.slice(from);
    this.#sizes = this.#sizes.slice(from);
    this.#chars = chars;
  }

  /** Lets go of the events: whoever needs them reads the log. */
  forget(): void {
    this.#events = [];
    this.#sizes = [];
    this.#chars = 0;
  }

  /** Hears of a head without its events, one of which may have rewritten earlier ones; true when that is news. */
  raise(head: number): boolean {
    if (head <= this.#head) return false;
    this.#head = head;
    this.forget();
    return true;
  }

  /** The events after `seq`, none when that is the head; null when the tail does not reach there. */
  after(seq: number): readonly StreamEvent[] | null {
    const first = this.#events[0];
    const last = this.#events.at(-1);
    if (first === undefined || last === undefined || seq < first.seq - 1) return null;
    if (seq >= last.seq) return seq === this.#head ? [] : null;
    return this.#events.slice(seq + 1 - first.seq);
  }
}
