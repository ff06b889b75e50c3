import type { DatabaseDump } from '@aura/backend/testing';
import { entriesOf, type HistoryEntry } from '../history.ts';

/** How far a subscriber has come that was there until the end. */
export interface Watching {
  conversationId: string;
  lastSeq: number;
}

/** Every subscriber, across all its connections, saw the log from its beginning on: no hole, no double, no other order. */
export function checkWatches(
  history: readonly HistoryEntry[],
  dump: DatabaseDump,
  watching: readonly Watching[],
): string[] {
  const log = Map.groupBy(dump.events, ({ streamId }) => streamId);
  const heads = new Map(dump.streams.map(({ id, head }) => [id, head]));
  const seen = Map.groupBy(entriesOf(history, 'event'), ({ watcher }) => watcher);
  const torn = [...seen].flatMap(([watcher, events]) => {
    const stored = log.get(events[0]?.conversationId ?? '') ?? [];
    const wrong = events.findIndex(
      ({ seq, type }, index) => seq !== index + 1 || stored[index]?.type !== type,
    );
    if (wrong === -1) return [];
    const { conversationId, seq, type } = events[wrong] ?? {};
    return [
      `subscriber ${watcher} of ${conversationId} saw ${seq} ${type} in place of ${wrong + 1} ${stored[wrong]?.type}`,
    ];
  });
  const late = watching.flatMap(({ conversationId, lastSeq }) => {
    const head = heads.get(conversationId) ?? 0;
    return lastSeq === head ? [] : [`a subscriber of ${conversationId} stays at ${lastSeq} of ${head}`];
  });
  return [...torn, ...late];
}
