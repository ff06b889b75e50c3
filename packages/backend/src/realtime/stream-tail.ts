import type { StreamEvent } from './event.ts';

const MAX_EVENTS = 256;

/**
 * The newest events of a stream without a hole between them, and the highest seq heard of. Events beyond a hole are
 * not kept: whoever needs them reads the log, which heals the hole and costs no bookkeeping here.
 */
export class StreamTail {
  #events: StreamEvent[] = [];
  #head = 0;

  get head(): number {
    return this.#head;
  }

  /** Takes neighbouring events; true when they raised the head. */
  push(events: readonly StreamEvent[]): boolean {
    const first = events[0];
    const last = events.at(-1);
    if (first === undefined || last === undefined || last.seq <= this.#head) return false;
    const end = this.#events.at(-1)?.seq;
    const isJoined = end !== undefined && first.seq <= end + 1;
    if (isJoined) this.#events.push(...events.filter((event) => event.seq > end));
    else this.#events = [...events];
    // Cut at twice the size, so that the cost of cutting is spread over many events.
    if (this.#events.length > 2 * MAX_EVENTS) this.#events = this.#events.slice(-MAX_EVENTS);
    this.#head = last.seq;
    return true;
  }

  /** Hears of a head without its events; true when that is news. */
  raise(head: number): boolean {
    if (head <= this.#head) return false;
    this.#head = head;
    return true;
  }

  /** The events after `seq`, or null when the tail does not reach back that far or nothing is there. */
  after(seq: number): readonly StreamEvent[] | null {
    const first = this.#events[0];
    const last = this.#events.at(-1);
    if (first === undefined || last === undefined || seq < first.seq - 1 || seq >= last.seq) return null;
    return this.#events.slice(seq + 1 - first.seq);
  }
}
