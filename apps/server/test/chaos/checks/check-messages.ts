import type { DatabaseDump } from '@aura/backend/testing';
import { entriesOf, type HistoryEntry } from '../history.ts';
import { eventsOfType } from './events-of-type.ts';

/** What was acknowledged is there, once; what may have been sent is there at most once; every sender was told the same. */
export function checkMessages(history: readonly HistoryEntry[], dump: DatabaseDump): string[] {
  const stored = Map.groupBy(dump.messages, ({ clientId }) => clientId ?? '');
  const told = Map.groupBy(eventsOfType(dump, 'message_created'), ({ data }) => data.message.id);
  const sends = Map.groupBy(
    entriesOf(history, 'send').filter(({ clientId }) => clientId !== ''),
    ({ clientId }) => clientId,
  );
  return [...sends].flatMap(([clientId, entries]) => {
    const violations: string[] = [];
    const rows = stored.get(clientId) ?? [];
    const acknowledged = new Set(entries.flatMap(({ messageId }) => messageId ?? []));
    if (rows.length > 1) violations.push(`message ${clientId} is stored ${rows.length} times`);
    if (acknowledged.size > 1) violations.push(`message ${clientId} was acknowledged under several ids`);
    for (const id of acknowledged) {
      if (rows[0]?.id !== id) violations.push(`acknowledged message ${id} is gone`);
    }
    for (const { id } of rows) {
      const times = told.get(id)?.length ?? 0;
      if (times !== 1) violations.push(`message ${id} is in the log ${times} times`);
    }
    for (const { outcome, code } of entries) {
      if (outcome === 'refused') violations.push(`message ${clientId} was refused: ${code}`);
    }
    return violations;
  });
}
