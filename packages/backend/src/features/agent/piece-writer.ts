import type { RunEvent } from '@aura/contract';
import type { Unplaced } from '../../realtime/event.ts';

/** How long pieces gather before they are written; the first is written at once. */
const GATHER_MS = 60;
const GATHER_CHARS = 4_096;

interface Piece {
  kind: 'thought' | 'text';
  offset: number;
  text: string;
}

/**
 * Writes what a model says while it is saying it, few rows for many tokens: the first piece at once, then what has
 * gathered in 60 ms or 4 KB. One write is under way at a time, so a slow database means larger rows, not a queue.
 * A surrogate pair is never split between rows, because half of one cannot be stored.
 */
export class PieceWriter {
  readonly #write: (events: Unplaced<RunEvent>[]) => Promise<void>;
  readonly #place: { runId: string; stepId: string; messageId: string; attempt: number };
  #pieces: Piece[] = [];
  readonly #offsets = { thought: 0, text: 0 };
  #writing: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #hasWritten = false;
  #failure: unknown = null;
  /** All the text so far. */
  text = '';

  constructor(
    place: { runId: string; stepId: string; messageId: string; attempt: number },
    write: (events: Unplaced<RunEvent>[]) => Promise<void>,
  ) {
    this.#place = place;
    this.#write = write;
  }

  /** Takes the next piece. Throws what an earlier write failed with. */
  push(kind: Piece['kind'], text: string): void {
    if (this.#failure !== null) throw this.#failure;
    if (kind === 'text') this.text += text;
    const last = this.#pieces.at(-1);
    if (last?.kind === kind) last.text += text;
    else this.#pieces.push({ kind, text, offset: this.#offsets[kind] });
    this.#offsets[kind] += text.length;
    const gathered = this.#pieces.reduce((sum, piece) => sum + piece.text.length, 0);
    if (!this.#hasWritten || gathered >= GATHER_CHARS) this.#flushSoon(0);
    else this.#flushSoon(GATHER_MS);
  }

  /** Resolves when everything pushed is in the log. */
  async finish(): Promise<void> {
    await this.#settle();
    if (this.#failure !== null) throw this.#failure;
    const rest = this.#take({ isLast: true });
    if (rest.length > 0) await this.#write(rest);
  }

  /** Forgets what is not written yet. */
  async abandon(): Promise<void> {
    this.#pieces = [];
    await this.#settle();
  }

  async #settle(): Promise<void> {
    await this.#writing;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #flushSoon(afterMs: number): void {
    if (this.#writing !== null || (this.#timer !== null && afterMs > 0)) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (afterMs > 0) this.#timer = setTimeout(() => this.#flush(), afterMs);
    else this.#flush();
  }

  #flush(): void {
    this.#timer = null;
    const events = this.#take({ isLast: false });
    if (events.length === 0) return;
    this.#hasWritten = true;
    this.#writing = this.#write(events)
      .catch((err: unknown) => {
        this.#failure = err;
      })
      .finally(() => {
        this.#writing = null;
        if (this.#pieces.length > 0) this.#flushSoon(GATHER_MS);
      });
  }

  #take({ isLast }: { isLast: boolean }): Unplaced<RunEvent>[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    const last = pieces.at(-1);
    if (!isLast && last !== undefined && endsInHalfAPair(last.text)) {
      const half = last.text.slice(-1);
      last.text = last.text.slice(0, -1);
      this.#pieces.push({ kind: last.kind, text: half, offset: last.offset + last.text.length });
    }
    return pieces.filter((piece) => piece.text !== '').map((piece) => this.#event(piece));
  }

  #event({ kind, text, offset }: Piece): Unplaced<RunEvent> {
    const { runId, stepId, messageId, attempt } = this.#place;
    return kind === 'thought'
      ? { type: 'thought', runId, data: { stepId, attempt, offset, text } }
      : { type: 'content_delta', runId, data: { messageId, attempt, offset, delta: text } };
  }
}

function endsInHalfAPair(text: string): boolean {
  const code = text.charCodeAt(text.length - 1);
  return code >= 0xd8_00 && code <= 0xdb_ff;
}
