export interface BenchEvent {
  seq: number;
  type: string;
  runId: string | null;
  at: string;
  data: { messageId: string; text: string; sentAt: number };
}

const TEXT = 'It is said that what many hear at once should be written down once, and then sent.';

/** What every venue sends: about 270 bytes as JSON, unless it is told another text. */
export function eventData(text = TEXT): BenchEvent['data'] {
  return { messageId: '0a6c1a3e-5c3f-4b62-9d1b-6b4f9d1f7f5e', text, sentAt: nowMs() };
}

export function benchEvent(seq: number, text = TEXT): BenchEvent {
  return { seq, type: 'message_created', runId: null, at: new Date().toISOString(), data: eventData(text) };
}

/** The same clock in every process of the machine. */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1_000_000;
}
