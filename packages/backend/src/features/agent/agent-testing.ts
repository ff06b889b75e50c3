import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import {
  applyConversationEvent,
  type ConversationFeedEvent,
  type ConversationState,
  type PageContext,
  type RunState,
} from '@aura/contract';
import type { Clock } from '../../clock.ts';
import { untilDone } from '../../testing/conversations.ts';
import type { TestCaller } from '../../testing/test-caller.ts';

export interface Asked {
  conversationId: string;
  messageId: string;
  runId: string;
}

/** A new conversation that begins with `text`, or the next message of one. */
export async function ask(
  { call }: TestCaller,
  text: string,
  { conversationId, context }: { conversationId?: string; context?: PageContext } = {},
): Promise<Asked> {
  const message = { text, ...(context === undefined ? {} : { context }) };
  if (conversationId !== undefined) {
    const sent = await call.conversation.send({ conversationId, clientId: randomUUID(), ...message });
    return { conversationId, ...sent };
  }
  const made = await call.conversation.create({ clientId: randomUUID(), message });
  if (made.messageId === null || made.runId === null) throw new Error('no run was started');
  return { conversationId: made.conversation.id, messageId: made.messageId, runId: made.runId };
}

/** Waits until the run has ended: what its readers were told, and where that leaves them. */
export async function outcomeOf(
  caller: TestCaller,
  { conversationId, runId }: Asked,
): Promise<{ events: ConversationFeedEvent[]; run: RunState; state: ConversationState }> {
  const all = await untilDone(caller, conversationId, runId);
  const { state, cursor: _ } = await caller.call.conversation.get({ conversationId });
  const run = state.runs[runId];
  if (run === undefined) throw new Error('the run is not in the snapshot');
  return { events: all.filter((event) => 'runId' in event && event.runId === runId), run, state };
}

export const dones = (events: readonly ConversationFeedEvent[]): ConversationFeedEvent[] =>
  events.filter((event) => event.type === 'done');

/** Every state a reader goes through who is there from the first event on. */
export function statesOf(events: readonly ConversationFeedEvent[], runId: string): (RunState | undefined)[] {
  let state: ConversationState = BLANK;
  return events.map((event) => {
    state = applyConversationEvent(state, event);
    return state.runs[runId];
  });
}

const BLANK: ConversationState = {
  conversation: {
    id: '',
    title: '',
    model: '',
    isPinned: false,
    isArchived: false,
    activeRunId: null,
    whenBusy: 'reject',
    whenWaiting: 'reject',
    forkedFrom: null,
    createdAt: '',
    updatedAt: '',
  },
  messages: [],
  runs: {},
  hasOlderMessages: false,
  isDeleted: false,
};

/** A clock whose pauses take no time, unless held: then they last until their signal aborts. */
export interface TestClock extends Clock {
  /** The pauses asked for, in ms. */
  readonly waits: number[];
  isHeld: boolean;
}

export function createTestClock(): TestClock {
  const waits: number[] = [];
  return {
    waits,
    isHeld: false,
    now: () => new Date(),
    async pause(ms, signal) {
      waits.push(ms);
      if (this.isHeld) {
        await new Promise<void>((resolve) =>
          signal.addEventListener('abort', () => resolve(), { once: true }),
        );
      }
      await setImmediate();
      signal.throwIfAborted();
    },
  };
}
