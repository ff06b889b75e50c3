import { isStreamFailure } from './failures.ts';
import type { FailCommand } from './script.ts';

/**
 * Counts how often each scripted failure struck, by conversation key. It is the one thing the model
 * remembers between requests. A finished response forgets its conversation, so that the same script
 * fails again the next time it is sent.
 */
export class FailureLedger {
  readonly #struck = new Map<string, Map<number, number>>();
  readonly #maxConversations: number;

  constructor(maxConversations = 1000) {
    this.#maxConversations = maxConversations;
  }

  /** Picks the failure that strikes this request and counts it; undefined when all have had their turns. */
  strike(key: string, failures: readonly FailCommand[]): FailCommand | undefined {
    const counts = this.#struck.get(key) ?? new Map<number, number>();
    const due = failures.filter((failure) => (counts.get(failure.line) ?? 0) < failure.times);
    const struck = due.find(({ failure }) => !isStreamFailure(failure)) ?? due[0];
    if (struck === undefined) return undefined;
    counts.set(struck.line, (counts.get(struck.line) ?? 0) + 1);
    this.#remember(key, counts);
    return struck;
  }

  forget(key: string): void {
    this.#struck.delete(key);
  }

  #remember(key: string, counts: Map<number, number>): void {
    this.#struck.delete(key);
    this.#struck.set(key, counts);
    const oldest = this.#struck.keys().next();
    if (this.#struck.size > this.#maxConversations && !oldest.done) this.#struck.delete(oldest.value);
  }
}
