import type { AuraClient } from '@aura/client';
import type { RoomFeedEvent } from '@aura/contract';

/** An event as a reader saw it. */
export interface Seen {
  seq: number;
  type: string;
  messageId: string | null;
}

/** One member's device: reads the room, sometimes with the lid closed, and goes on from where it was. */
export interface Reader extends Disposable {
  readonly name: string;
  readonly seen: readonly Seen[];
  readonly lastSeq: number;
  readonly isOpen: boolean;
  /** Closes the lid. */
  close(): void;
  /** Opens it again, with the cursor that it had. */
  open(): void;
}

export function createReader(name: string, client: AuraClient, roomId: string): Reader {
  const seen: Seen[] = [];
  let lastEventId: string | undefined;
  let subscription: { unsubscribe(): void } | null = null;
  const open = (): void => {
    if (subscription !== null) return;
    const own = client.chat.events.subscribe(
      { roomId, lastEventId },
      {
        onData({ id, data }) {
          // What was on its way when the lid closed was not read; it comes again.
          if (subscription !== own) return;
          lastEventId = id;
          seen.push({ seq: data.seq, type: data.type, messageId: messageIdOf(data) });
        },
        // To the checker a hole: a subscription that gives up must not look like one that has nothing to hear.
        onError: (err) => seen.push({ seq: -1, type: `error: ${err.message}`, messageId: null }),
      },
    );
    subscription = own;
  };
  const close = (): void => {
    subscription?.unsubscribe();
    subscription = null;
  };
  open();
  return {
    name,
    seen,
    get lastSeq() {
      return seen.at(-1)?.seq ?? 0;
    },
    get isOpen() {
      return subscription !== null;
    },
    close,
    open,
    [Symbol.dispose]: close,
  };
}

function messageIdOf(event: RoomFeedEvent): string | null {
  return event.type === 'message_posted' ? event.data.message.id : null;
}
