import type { AccountEvent } from '@aura/contract';
import type { StreamEvent } from '../../realtime/event.ts';

/** Only `Unplaced<AccountEvent>` is ever appended to a user's stream; see `conversationEvent`. */
export function accountEvent(event: StreamEvent): AccountEvent {
  return event as unknown as AccountEvent;
}
