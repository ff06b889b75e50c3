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
export type Body<E> = E extends { seq: number; at: string } ? Omit<E, 'seq' | 'at'> : never;
/** An event before the log has given it its place. */
export type EventBody = Body<ConversationEvent>;

/** A log in memory: what a server's database would be. */
export class EventLog<E extends { seq: number; at: string }> {
  readonly events: E[] = [];
  readonly #news = new EventEmitter();

  constructor() {
    this.#news.setMaxListeners(0);
  }

  protected add(toEvent: (place: { seq: number; at: string }) => E): E {
    const event = toEvent({ seq: this.events.length + 1, at: new Date().toISOString() });
    this.events.push(event);
    this.#news.emit('event', event);
    return event;
  }

  get cursor(): string {
    return formatCursor({ epoch: EPOCH, seq: this.events.length });
  }

  /** Every event after `cursor`, then live ones. */
  async *follow(cursor: string | null | undefined, signal: AbortSignal): AsyncGenerator<E> {
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

/** One conversation's log. */
export class WireLog extends EventLog<ConversationEvent> {
  readonly view: ConversationView;

  constructor() {
    super();
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
    this.append({ type: 'conversation_created', runId: null, data: { conversation: this.view } });
  }

  append(body: EventBody): ConversationEvent {
    return this.add((place) => ({ ...body, ...place }));
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
}
