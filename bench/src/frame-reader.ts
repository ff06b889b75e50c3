/**
 * Counts the frames a server sends and checks that events come in order, as cheaply as can be: benchmark clients must
 * never be what limits. Takes unmasked, whole text frames, which is what all these servers send.
 */
export class FrameReader {
  /** Seq of the newest event; 0 before the first. */
  last = 0;
  /** Events that did not follow the one before. */
  faults = 0;
  received = 0;
  #rest: Buffer | null = null;
  readonly #onText: (text: string) => void;
  readonly #latencies: number[] | null;
  readonly #hasEvents: boolean;

  /**
   * `onText` hears of frames that are no events, or with `hasEvents: false` of all; `latencies` gets, when there is one,
   * how long each event took.
   */
  constructor({
    onText,
    latencies = null,
    hasEvents = true,
  }: {
    onText: (text: string) => void;
    latencies?: number[] | null;
    hasEvents?: boolean;
  }) {
    this.#onText = onText;
    this.#latencies = latencies;
    this.#hasEvents = hasEvents;
  }

  read(chunk: Buffer, nowMs: number): void {
    const bytes = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk]);
    let offset = 0;
    while (offset + 2 <= bytes.length) {
      const short = bytes.readUInt8(offset + 1);
      const header = short < 126 ? 2 : 4;
      if (short === 127) throw new Error('a frame of more than 64 KB');
      if (offset + header > bytes.length) break;
      const end = offset + header + (short < 126 ? short : bytes.readUInt16BE(offset + 2));
      if (end > bytes.length) break;
      this.#frame(bytes.subarray(offset + header, end), nowMs);
      offset = end;
    }
    this.#rest = offset < bytes.length ? bytes.subarray(offset) : null;
  }

  #frame(payload: Buffer, nowMs: number): void {
    const seq = this.#hasEvents ? numberAfter(payload, SEQ) : null;
    if (seq === null) {
      this.#onText(payload.toString());
      return;
    }
    if (this.last !== 0 && seq !== this.last + 1) this.faults++;
    this.last = seq;
    this.received++;
    if (this.#latencies === null) return;
    const sentAt = numberAfter(payload, SENT_AT);
    if (sentAt !== null) this.#latencies.push(nowMs - sentAt);
  }
}

const SEQ = Buffer.from('"seq":');
const SENT_AT = Buffer.from('"sentAt":');

function numberAfter(payload: Buffer, key: Buffer): number | null {
  const start = payload.indexOf(key);
  if (start === -1) return null;
  const text = payload.toString('latin1', start + key.length, start + key.length + 24);
  return Number.parseFloat(text);
}
