import {
  applyToRoomMessages,
  type ListRoomMessagesInput,
  type ListRoomMessagesOutput,
  type PostMessageInput,
  type PostMessageOutput,
  type ReactionInput,
  type RoomEvent,
  type RoomMessageView,
  type RoomState,
  type RoomView,
  type ThreadState,
} from '@aura/contract';
import { randomUUID } from 'node:crypto';
import { WireError } from './wire-auth.ts';
import { type Body, EventLog } from './wire-log.ts';

const WINDOW_MESSAGES = 5;

/** One room's log. */
export class WireRoom extends EventLog<RoomEvent> {
  readonly id: string = randomUUID();
  readonly #answers = new Map<string, PostMessageOutput>();

  append(body: Body<RoomEvent>): RoomEvent {
    return this.add((place) => ({ ...body, ...place }));
  }

  /** The same clientId again gives the same answer. */
  post({ text, clientId, ...input }: Omit<PostMessageInput, 'roomId'>): PostMessageOutput {
    const threadOf = input.threadOf ?? null;
    const earlier = this.#answers.get(clientId);
    if (earlier !== undefined) return earlier;
    const id = randomUUID();
    const message = {
      id,
      authorId: randomUUID(),
      authorName: 'Somebody',
      clientId,
      text,
      threadOf,
      mentions: [],
      attachments: [],
      runId: null,
      isComplete: true,
    };
    const thread = threadOf === null ? null : { replyCount: this.#all(threadOf).length + 1 };
    const { seq } = this.append({ type: 'message_posted', runId: null, data: { message, thread } });
    const answer = { messageId: id, seq, runId: null };
    this.#answers.set(clientId, answer);
    return answer;
  }

  say(text: string, threadOf?: string): string {
    return this.post({ text, clientId: randomUUID(), ...(threadOf === undefined ? {} : { threadOf }) })
      .messageId;
  }

  edit(messageId: string, text: string): void {
    const editedAt = new Date().toISOString();
    this.append({ type: 'message_edited', runId: null, data: { messageId, text, mentions: [], editedAt } });
  }

  remove(messageId: string): void {
    const deletedAt = new Date().toISOString();
    this.append({ type: 'message_deleted', runId: null, data: { messageId, by: randomUUID(), deletedAt } });
  }

  react(
    type: 'reaction_added' | 'reaction_removed',
    userId: string,
    { messageId, emoji }: Omit<ReactionInput, 'roomId'>,
  ): void {
    const isKnown = this.events.some(
      (event) => event.type === 'message_posted' && event.data.message.id === messageId,
    );
    if (!isKnown) throw new WireError('NOT_FOUND');
    this.append({ type, runId: null, data: { messageId, emoji, userId } });
  }

  page({ before = Infinity, limit, threadOf }: ListRoomMessagesInput): ListRoomMessagesOutput {
    const known = this.#all(threadOf ?? null).filter(({ seq }) => seq < before);
    return { messages: known.slice(-limit), hasOlder: known.length > limit, hasNewer: false };
  }

  get state(): RoomState {
    const messages = this.#all(null);
    return {
      room: roomView(this.id),
      members: [],
      messages: messages.slice(-WINDOW_MESSAGES),
      runs: {},
      pins: [],
      hasOlderMessages: messages.length > WINDOW_MESSAGES,
    };
  }

  thread(messageId: string): ThreadState {
    const message = this.#all(null).find(({ id }) => id === messageId);
    if (message === undefined) throw new WireError('NOT_FOUND');
    const replies = this.#all(messageId);
    return {
      message,
      replies: replies.slice(-WINDOW_MESSAGES),
      runs: {},
      hasOlderReplies: replies.length > WINDOW_MESSAGES,
    };
  }

  #all(threadOf: string | null): RoomMessageView[] {
    return this.events.reduce<RoomMessageView[]>(
      (messages, event) => applyToRoomMessages(messages, event, { threadOf }),
      [],
    );
  }
}

export function roomView(id: string): RoomView {
  return {
    id,
    number: 1,
    name: 'Room',
    topic: '',
    isPublic: true,
    postId: null,
    model: 'aura-offline',
    deciders: 'members',
    hidesArgs: false,
    slowModeSeconds: 0,
    createdBy: randomUUID(),
    createdAt: new Date().toISOString(),
    archivedAt: null,
  };
}
