import type { RunEvent, RunView } from '@aura/contract';
import type { StreamEvent } from '../../realtime/event.ts';
import type { RunRow } from './run-store.ts';

export function runView(row: RunRow): RunView {
  return {
    id: row.id,
    conversationId: row.conversationId,
    messageId: row.messageId,
    ...(row.threadOf !== null && { threadOf: row.threadOf }),
    model: row.model,
    status: row.status,
    error: row.error,
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
  };
}

/** An event with a run as its readers see it: only members of `RunEvent` are ever appended with a `runId`. */
export function runEvent(event: StreamEvent): RunEvent {
  return event as unknown as RunEvent;
}
