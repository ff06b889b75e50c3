import type { DatabaseDump } from '@aura/backend/testing';
import { type EventOf, eventsOfType } from './events-of-type.ts';

/** The pieces of the winning attempt join to the final text, byte for byte, and so does the stored message. */
export function checkAnswers(dump: DatabaseDump): string[] {
  const pieces = Map.groupBy(eventsOfType(dump, 'content_delta'), ({ data }) => data.messageId);
  const finals = Map.groupBy(eventsOfType(dump, 'content'), ({ data }) => data.messageId);
  const stored = new Map(dump.messages.map(({ id, text }) => [id, text]));
  return [...finals].flatMap(([messageId, [final, ...more]]) => {
    if (final === undefined) return [];
    const violations: string[] = [];
    const violated = (what: string): void => void violations.push(`answer ${messageId} ${what}`);
    const own = pieces.get(messageId) ?? [];
    const { attempt, text } = final.data;
    if (more.length > 0) violated('is final more than once');
    if (own.some(({ seq }) => seq > final.seq)) violated('goes on after it was final');
    if (own.some(({ data }) => data.attempt > attempt)) violated('is final in an attempt that was replaced');
    if (joined(own, attempt) !== text) violated('is not what its pieces join to');
    if (stored.get(messageId) !== text) violated('is stored otherwise');
    return violations;
  });
}

/** Null when a piece does not begin where the one before it ended. */
function joined(pieces: readonly EventOf<'content_delta'>[], attempt: number): string | null {
  let text = '';
  for (const { data } of pieces) {
    if (data.attempt !== attempt) continue;
    if (data.offset !== text.length) return null;
    text += data.delta;
  }
  return text;
}
