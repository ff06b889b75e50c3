import { parseCursor, type RoomFeedEvent } from '@aura/contract';
import { isTrackedEnvelope } from '@trpc/server';
import type { SaidMessage } from '../../features/chat/numbered-room-view.ts';
import { numberedMessageView } from '../../features/chat/numbered-room-view.ts';
import type { Senders } from '../../features/chat/senders.ts';
import type { Admitted } from './admit-to-room.ts';
import { messageFrame } from './chat-frames.ts';

export interface TellOptions {
  senders: Senders;
  /** Sends once the client has read enough of what came before. */
  send(frame: string): Promise<void>;
}

/** One of the room's own messages, with who said it. */
interface Said extends SaidMessage {
  authorId: string | null;
}

/** How many messages are read at once to make up for what the feed left out. */
const PAGE = 200;

/**
 * Tells every message of the room after the cursor, each once and in the order of the log, until the signal that the
 * procedures were given aborts. Throws what ends the feed: FORBIDDEN when the caller is in the room no more.
 */
export async function tellMessages(admitted: Admitted, options: TellOptions): Promise<void> {
  const { call, room, cursor } = admitted;
  let lastSeq = parseCursor(cursor)?.seq ?? 0;
  const tell = async (said: Said): Promise<void> => {
    if (said.seq <= lastSeq) return;
    lastSeq = said.seq;
    await options.send(await frameOf(admitted, options.senders, said));
  };

  const feed = await call.events({ roomId: room.id, lastEventId: cursor });
  for await (const envelope of feed) {
    if (!isTrackedEnvelope<RoomFeedEvent>(envelope)) continue;
    const [, event] = envelope;
    if (event.type !== 'reset') {
      const said = saidIn(event);
      if (said !== null) await tell(said);
      continue;
    }
    // The snapshot holds the newest messages alone; there may be more since the last one that was told.
    for (let hasNewer = true; hasNewer;) {
      const page = await call.messages({ roomId: room.id, after: lastSeq, limit: PAGE });
      for (const message of page.messages) {
        if (message.deletedAt === null) await tell({ ...message, at: message.createdAt });
        else lastSeq = message.seq;
      }
      ({ hasNewer } = page);
    }
  }
}

/** What an event adds to the room's own messages: what people say, and the whole answers of the agent. */
function saidIn(event: Exclude<RoomFeedEvent, { type: 'reset' }>): Said | null {
  const { seq, at } = event;
  if (event.type === 'message_posted') {
    const { id, text, authorId, authorName, threadOf } = event.data.message;
    return threadOf === null ? { id, text, authorId, authorName, seq, at } : null;
  }
  if (event.type !== 'content' || event.data.thread !== undefined) return null;
  const { messageId: id, text } = event.data;
  return { id, text, authorId: null, authorName: null, seq, at };
}

async function frameOf(
  { ctx, room }: Admitted,
  senders: Senders,
  { authorId, ...said }: Said,
): Promise<string> {
  const { tenantId } = ctx.caller;
  const sender = authorId === null ? null : await senders.of({ tenantId, userId: authorId });
  return messageFrame(numberedMessageView(said, room.number, sender));
}
