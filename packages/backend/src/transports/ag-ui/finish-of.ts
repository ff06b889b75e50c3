import { type Event, EventType } from '@ag-ui/core';
import type { RunEvent } from '@aura/contract';
import type { Stream } from './run-translator.ts';

/** The last word about a run that has ended. */
export function finishOf(
  { threadId, runId, isWhole }: Stream,
  { status, error, usage: total }: Extract<RunEvent, { type: 'done' }>['data'],
): Event {
  const names = { threadId, runId };
  // Each stream answers for its own part, and only the sum is known.
  const usage = isWhole ? { usage: [total] } : {};
  switch (status) {
    case 'completed':
      return { type: EventType.RUN_FINISHED, ...names, outcome: { type: 'success' }, ...usage };
    case 'cancelled':
      return { type: EventType.RUN_FINISHED, ...names, outcome: { type: 'cancelled' }, ...usage };
    case 'failed': {
      const { message = 'The run failed.', code = 'internal' } = error ?? {};
      return { type: EventType.RUN_ERROR, message, code, ...usage };
    }
  }
}
