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
  /** The first half of a surrogate pair whose second half has not come yet. */
  readonly #halves = { thought: '', text: '' };
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
    const whole = this.#halves[kind] + text;
    const half = endsInHalfAPair(whole) ? whole.slice(-1) : '';
    this.#halves[kind] = half;
    this.#add(kind, whole.slice(0, whole.length - half.length));
    const gathered = this.#pieces.reduce((sum, piece) => sum + piece.text.length, 0);
    if (gathered === 0) return;
    if (!this.#hasWritten || gathered >= GATHER_CHARS) this.#flushSoon(0);
    else this.#flushSoon(GATHER_MS);
  }

  /** Resolves when everything pushed is in the log. */
  async finish(): Promise<void> {
    await this.#settle();
    if (this.#failure !== null) throw this.#failure;
    for (const kind of ['thought', 'text'] as const) this.#add(kind, this.#halves[kind]);
    const rest = this.#take();
    if (rest.length > 0) await this.#write(rest);
  }

  /** Forgets what is not written yet. */
  async abandon(): Promise<void> {
    this.#pieces = [];
    await this.#settle();
  }

  #add(kind: Piece['kind'], text: string): void {
    if (text === '') return;
    const last = this.#pieces.at(-1);
    if (last?.kind === kind) last.text += text;
    else this.#pieces.push({ kind, text, offset: this.#offsets[kind] });
    this.#offsets[kind] += text.length;
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
    const events = this.#take();
    if (events.length === 0) return;
    this.#hasWritten = true;
    this.#writing = this.#write(events)
      .catch((err: unknown) => {
        this.#failure = err;
      })
      .finally(() => {
        this.#writing = null;
        // Behind a piece that is not there nothing may be written: readers would see a hole in the text.
        if (this.#failure === null && this.#pieces.length > 0) this.#flushSoon(GATHER_MS);
      });
  }

  #take(): Unplaced<RunEvent>[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces.map((piece) => this.#event(piece));
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
