import { isTrackedEnvelope } from '@trpc/server';
import type { EventAsTold, EventPlace } from '../../trpc/rest-route.ts';
import type { Input } from './read-input.ts';

export interface FrameOptions {
  view: (event: object, place: EventPlace) => EventAsTold | null;
  input: Input;
  /** Leaves out the names of events: `?format=data`. */
  isDataOnly: boolean;
  /** Says `[DONE]` after the last event. */
  hasDone: boolean;
  hasLegacyNames: boolean;
  /** What the ids of events carry beside the cursor. */
  idSuffix: string;
}

export const DONE_FRAME = 'data: [DONE]\n\n';
export const HEARTBEAT_FRAME = ': heartbeat\n\n';

/** An event of a subscription as `text/event-stream` has it; null when it is not told. */
export function eventFrame(yielded: unknown, options: FrameOptions): string | null {
  const [cursor, event] = isTrackedEnvelope(yielded) ? yielded : [null, yielded];
  const id = cursor === null ? null : `${cursor}${options.idSuffix}`;
  const { input, hasLegacyNames } = options;
  if (typeof event !== 'object' || event === null) throw new Error('an event is no object');
  const seen = options.view(event, { id, input, hasLegacyNames });
  if (seen === null) return null;
  return frame({ id, name: options.isDataOnly ? null : seen.type, body: seen.body });
}

/** One frame; JSON has no line breaks of its own. */
function frame({ id, name, body }: { id: string | null; name: string | null; body: object }): string {
  const idLine = id === null ? '' : `id: ${id}\n`;
  const nameLine = name === null ? '' : `event: ${name}\n`;
  return `${idLine}${nameLine}data: ${JSON.stringify(body)}\n\n`;
}

/** An event as it is, under its own `type`. */
export function plainView(event: object): EventAsTold {
  return { type: 'type' in event && typeof event.type === 'string' ? event.type : 'message', body: event };
}
