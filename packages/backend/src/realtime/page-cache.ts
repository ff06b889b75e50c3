import type { Page } from './page-reader.ts';

const KEEP_MS = 5_000;
const MAX_CHARS = 8_000_000;

/** Pages that many readers want within a few seconds. Bounded in size; the oldest go first. */
export class PageCache {
  readonly #pages = new Map<string, { page: Page; until: number }>();
  #chars = 0;
  readonly #nowMs: () => number;

  constructor(nowMs = (): number => performance.now()) {
    this.#nowMs = nowMs;
  }

  get(key: string): Page | undefined {
    const kept = this.#pages.get(key);
    return kept !== undefined && kept.until > this.#nowMs() ? kept.page : undefined;
  }

  set(key: string, page: Page): void {
    this.#delete(key);
    const now = this.#nowMs();
    this.#pages.set(key, { page, until: now + KEEP_MS });
    this.#chars += page.chars;
    for (const [old, { until }] of this.#pages) {
      if (until > now && this.#chars <= MAX_CHARS) break;
      this.#delete(old);
    }
  }

  #delete(key: string): void {
    this.#chars -= this.#pages.get(key)?.page.chars ?? 0;
    this.#pages.delete(key);
  }
}
