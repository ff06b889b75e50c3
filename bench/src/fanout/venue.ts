/** One way of telling many sockets the same, as the measurement sees it. */
export interface Venue extends AsyncDisposable {
  port: number;
  /** What a client asks for when it connects. */
  path: string;
  /** What a client says that connects now. */
  hellos(): Promise<readonly string[]>;
  /** Tells everybody of so many events at once, numbered on from the last; resolves when it has done so. */
  publish(count: number): Promise<void>;
}

export interface VenueOptions {
  databaseUrl: string;
  /** Events in the stream's log before anybody subscribes, for those that have one. */
  logged: number;
}

export interface BenchEvent {
  seq: number;
  type: string;
  runId: string | null;
  at: string;
  data: { messageId: string; text: string; sentAt: number };
}

const TEXT = 'It is said that what many hear at once should be written down once, and then sent.';

/** What every venue sends: about 270 bytes as JSON. */
export function eventData(): BenchEvent['data'] {
  return { messageId: '0a6c1a3e-5c3f-4b62-9d1b-6b4f9d1f7f5e', text: TEXT, sentAt: nowMs() };
}

export function benchEvent(seq: number): BenchEvent {
  return { seq, type: 'message_created', runId: null, at: new Date().toISOString(), data: eventData() };
}

/** The same clock in every process of the machine. */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1_000_000;
}
