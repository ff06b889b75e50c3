import { z } from 'zod';
import type { StreamEvent } from './event.ts';

/** What a node says about a stream: its head, and the events that led there when they are not too large. */
export interface Hint {
  head: number;
  events: readonly StreamEvent[] | null;
  /** The size of `events`, as JSON. */
  chars: number;
}

/** A hint carries its events up to this size; for a larger one readers look at the log. */
export const MAX_HINT_CHARS = 64_000;

/** What has been parsed holds nothing but JSON; looking through all of it would cost more than reading it does. */
const jsonObject = z.custom<StreamEvent['data']>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);

const hintSchema = z
  .object({
    to: z.int().min(1),
    events: z
      .array(
        z.object({
          seq: z.int(),
          type: z.string(),
          runId: z.string().nullable(),
          at: z.string(),
          data: jsonObject,
        }),
      )
      .min(1)
      .optional(),
  })
  .refine(
    ({ to, events }) => events?.every(({ seq }, index) => seq === to - events.length + 1 + index) ?? true,
  );

/**
 * The hint for other nodes, and what to make of the events here. `nodeId` comes first, so that a node need not parse
 * what it said itself.
 */
export function writeHint(nodeId: string, events: readonly StreamEvent[]): { text: string; hint: Hint } {
  const head = events.at(-1)?.seq ?? 0;
  const whole = JSON.stringify({ to: head, events });
  const text = `${nodeId} ${whole.length <= MAX_HINT_CHARS ? whole : JSON.stringify({ to: head })}`;
  return { text, hint: { head, events, chars: whole.length } };
}

/** The hint in `text`; null when this node wrote it, or when it is none: another release may say it otherwise. */
export function readHint(nodeId: string, text: string): Hint | null {
  if (text.startsWith(`${nodeId} `)) return null;
  try {
    const { to, events } = hintSchema.parse(JSON.parse(text.slice(text.indexOf(' ') + 1)));
    return { head: to, events: events ?? null, chars: text.length };
  } catch {
    return null;
  }
}
