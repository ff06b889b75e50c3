import {
  applyConversationEvent,
  type ConversationEvent,
  type ConversationState,
  type ConversationView,
  formatCursor,
  parseCursor,
} from '@aura/contract';
import { randomUUID } from 'node:crypto';
import { EventEmitter, on } from 'node:events';

export const EPOCH = 'abcdef01';
type Body<E> = E extends { seq: number; at: string } ? Omit<E, 'seq' | 'at'> : never;
/** An event before the log has given it its place. */
export type EventBody = Body<ConversationEvent>;

/** One conversation's log in memory: what a server's database would be. */
export class WireLog {
  readonly view: ConversationView;
  readonly events: ConversationEvent[] = [];
  readonly #news = new EventEmitter();

  constructor() {
    const at = new Date().toISOString();
    this.view = {
      id: randomUUID(),
      title: 'Test',
      model: 'aura-offline',
      isPinned: false,
      isArchived: false,
      activeRunId: null,
      whenBusy: 'reject',
      whenWaiting: 'reject',
      forkedFrom: null,
      createdAt: at,
      updatedAt: at,
    };
    this.#news.setMaxListeners(0);
    this.append({ type: 'conversation_created', runId: null, data: { conversation: this.view } });
  }

  append(body: EventBody): ConversationEvent {
    const event: ConversationEvent = { ...body, seq: this.events.length + 1, at: new Date().toISOString() };
    this.events.push(event);
    this.#news.emit('event', event);
    return event;
  }

  say(text: string, clientId: string | null = null): ConversationEvent {
    const at = new Date().toISOString();
    return this.append({
      type: 'message_created',
      runId: null,
      data: {
        message: {
          id: randomUUID(),
          role: 'user',
          clientId,
          text,
          runId: null,
          isComplete: true,
          usage: null,
          createdAt: at,
        },
      },
    });
  }

  get state(): ConversationState {
    const empty: ConversationState = {
      conversation: this.view,
      messages: [],
      runs: {},
      hasOlderMessages: false,
      isDeleted: false,
    };
    return this.events.reduce<ConversationState>(applyConversationEvent, empty);
  }

  get cursor(): string {
    return formatCursor({ epoch: EPOCH, seq: this.events.length });
  }

  /** Every event after `cursor`, then live ones. */
  async *follow(cursor: string | null | undefined, signal: AbortSignal): AsyncGenerator<ConversationEvent> {
    const news = on(this.#news, 'event', { signal });
    let last = (cursor ? parseCursor(cursor)?.seq : undefined) ?? 0;
    try {
      for (;;) {
        for (const event of this.events.slice(last)) {
          yield event;
          last = event.seq;
        }
        await news.next();
      }
    } catch (err) {
      if (!signal.aborted) throw err;
    }
  }
}
