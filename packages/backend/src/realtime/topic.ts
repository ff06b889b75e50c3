import type { Logger } from 'pino';
import { untilAborted } from '../until-aborted.ts';
import { EarlyHints, earlyHint } from './early-hints.ts';
import { rewritesLog, type StreamEvent } from './event.ts';
import { type Hint, MAX_HINT_CHARS, writeHint } from './hint.ts';
import { Lane } from './lane.ts';
import { StreamTail } from './stream-tail.ts';

/** How long a hint may be late before the log is read for it. */
const PATIENCE_MS = 40;
/** How long that reading may take before everybody looks for themselves. */
const HEAL_MS = 250;

export interface TopicOptions {
  nodeId: string;
  log: Logger;
  /** What the log has right after `seq`. */
  readMissing(seq: number): Promise<StreamEvent[]>;
  /** The tail keeps so many characters more than before; less, when negative. */
  onResized(chars: number): void;
}

/**
 * A stream as one node hears of it: its newest events, the lane of those that have everything, and whom to wake when it
 * grows. A hint that comes early waits a moment for those before it.
 */
export class Topic implements Disposable {
  readonly lane = new Lane();
  readonly wakes = new Set<() => void>();
  readonly #options: TopicOptions;
  readonly #tail = new StreamTail();
  readonly #early = new EarlyHints();
  /** Runs while hints wait for those before them. */
  #patience: NodeJS.Timeout | null = null;
  #rewrites = 0;
  #isOver = false;

  constructor(options: TopicOptions) {
    this.#options = options;
  }

  /** The highest seq heard of. */
  get head(): number {
    return this.#tail.head;
  }

  /** How often earlier events may have been rewritten. */
  get rewrites(): number {
    return this.#rewrites;
  }

  get hasTail(): boolean {
    return !this.#tail.isEmpty;
  }

  /** The events right after `seq`; null when the tail cannot tell. */
  after(seq: number): readonly StreamEvent[] | null {
    return this.#tail.after(seq);
  }

  /** Whoever needs the events reads the log. */
  forgetTail(): void {
    const { chars } = this.#tail;
    this.#tail.forget();
    this.#options.onResized(-chars);
  }

  hear(hint: Hint): void {
    if (this.#isOver) return;
    const early = earlyHint(hint, this.head);
    if (early !== null && this.#early.keep(early)) {
      this.#patience ??= setTimeout(() => void this.#heal(), PATIENCE_MS).unref();
      return;
    }
    this.#grow(hint);
    for (;;) {
      const next = this.#early.takeAfter(this.head);
      if (next === null) break;
      this.#grow(next);
    }
    if (this.#early.isEmpty) this.#endPatience();
  }

  /** Nothing is heard any more, and nothing kept. */
  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#endPatience();
    this.forgetTail();
  }

  /** What is missing has not come in time: one look into the log for all, or, when that fails, each for itself. */
  async #heal(): Promise<void> {
    const { nodeId, log, readMissing } = this.#options;
    const reading = untilAborted(readMissing(this.head), AbortSignal.timeout(HEAL_MS));
    const missing = await reading.catch((err: unknown) => {
      log.warn({ err }, 'a hole could not be read');
      return [];
    });
    if (this.#isOver) return;
    this.#endPatience();
    if (missing.length > 0) this.#grow(writeHint(nodeId, missing).hint);
    for (const hint of this.#early.takeAll()) this.#grow(hint);
  }

  #grow({ head, events, chars }: Hint): void {
    const charsBefore = this.#tail.chars;
    const hasGrown = events === null ? this.#tail.raise(head) : this.#tail.push(events, chars);
    this.#options.onResized(this.#tail.chars - charsBefore);
    if (!hasGrown) return;
    // A head without events may stand for anything, a rewrite too.
    if (events === null || events.some(rewritesLog)) this.#rewrites++;
    this.#carry(chars <= MAX_HINT_CHARS ? events : null);
    for (const wake of this.wakes) wake();
  }

  #carry(events: readonly StreamEvent[] | null): void {
    if (events === null) {
      this.lane.dissolve();
      return;
    }
    try {
      this.lane.carry(events);
    } catch (err) {
      this.#options.log.error({ err }, 'a lane could not carry a batch');
      this.lane.dissolve();
    }
  }

  #endPatience(): void {
    if (this.#patience !== null) clearTimeout(this.#patience);
    this.#patience = null;
  }
}
