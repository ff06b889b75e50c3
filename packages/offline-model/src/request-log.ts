import type { ModelId } from './wire.ts';
import type { ChatMessage } from './wire-messages.ts';

/** A chat completion request the model has seen; `at` in ms since 1970. */
export type RecordedRequest = {
  readonly at: number;
  readonly model: ModelId;
  readonly stream: boolean;
  readonly messages: readonly ChatMessage[];
  /** Names of the offered tools. */
  readonly tools: readonly string[];
  /** The client left before the response was complete. */
  readonly aborted: boolean;
};

const maxEntries = 1000;
const maxTotalBytes = 32 * 1024 * 1024;

/** The last requests, bounded by number and by bytes; the oldest go first. */
export class RequestLog {
  readonly entries: RecordedRequest[] = [];
  readonly #sizes: number[] = [];
  #totalBytes = 0;

  /** Adds a request; the function that comes back marks it as aborted. */
  add(request: Omit<RecordedRequest, 'aborted'>, bytes: number): () => void {
    const entry = { ...request, aborted: false };
    this.entries.push(entry);
    this.#sizes.push(bytes);
    this.#totalBytes += bytes;
    while (
      this.entries.length > maxEntries ||
      (this.#totalBytes > maxTotalBytes && this.entries.length > 1)
    ) {
      this.entries.shift();
      this.#totalBytes -= this.#sizes.shift() ?? 0;
    }
    return () => {
      entry.aborted = true;
    };
  }
}
