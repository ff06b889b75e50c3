import { randomUUID } from 'node:crypto';
import { applyConversationEvent, type CheckpointView, type ConversationState } from '@aura/contract';
import { expect } from 'vitest';
import { collectEvents } from '../../testing/conversations.ts';
import type { TestBackend } from '../../testing/test-backend.ts';
import type { TestCaller } from '../../testing/test-caller.ts';
import { type Asked, ask, outcomeOf } from '../agent/agent-testing.ts';

/** Says `text` and waits for the end of its run. */
export async function talk(
  caller: TestCaller,
  text: string,
  options: Parameters<typeof ask>[2] = {},
): Promise<Asked> {
  const asked = await ask(caller, text, options);
  await outcomeOf(caller, asked);
  return asked;
}

/** All checkpoints of a conversation, the oldest first. */
export async function checkpointsOf({ call }: TestCaller, conversationId: string): Promise<CheckpointView[]> {
  const { checkpoints } = await call.conversation.checkpoints({ conversationId });
  return checkpoints.toReversed();
}

/** A fork at the given place under a new clientId. */
export async function fork(
  { call }: TestCaller,
  conversationId: string,
  at: { checkpointId: string } | { messageId: string },
  options: { continue?: boolean; title?: string } = {},
): ReturnType<TestCaller['call']['conversation']['fork']> {
  return await call.conversation.fork({ conversationId, clientId: randomUUID(), ...at, ...options });
}

export async function stateOf({ call }: TestCaller, conversationId: string): Promise<ConversationState> {
  return (await call.conversation.get({ conversationId })).state;
}

/** What was said in a conversation, as `role: last line`. */
export async function transcript(caller: TestCaller, conversationId: string): Promise<string[]> {
  const { messages } = await stateOf(caller, conversationId);
  return messages.map(({ role, text }) => `${role}: ${text.split('\n').at(-1)}`);
}

/** What the model was told last, as `transcript`, without the instructions. */
export function lastPrompt({ model }: TestBackend): string[] {
  const messages = model.requests.at(-1)?.messages ?? [];
  return messages.slice(1).map(({ role, content }) => `${role}: ${content.split('\n').at(-1)}`);
}

/** Two turns; the second one thinks, plans, and calls two tools before it answers. */
export async function twoTurns(user: TestCaller): Promise<Asked> {
  const first = await talk(user, '#say hello');
  return await talk(
    user,
    '#think Let me see\n#say I look\n#tool clock_now {}\n#say I note\n#tool remember {"key":"k","value":"v"}\n#say all done',
    first,
  );
}

/** What a reader is told who follows the conversation from its first event on. */
export async function replayed(user: TestCaller, conversationId: string): Promise<ConversationState> {
  const { state, cursor } = await user.call.conversation.get({ conversationId });
  const head = Number(cursor.split('.').at(-1));
  const { events } = await collectEvents(user, conversationId, { until: ({ seq }) => seq >= head });
  const blank = { ...state, messages: [], runs: {} };
  const reached = events.reduce(applyConversationEvent, blank);
  expect(structuredClone(reached)).toEqual(structuredClone(state));
  return state;
}

/** All that is to be seen of a conversation, and what its fork must not change. */
export async function everythingOf(user: TestCaller, conversationId: string): Promise<unknown> {
  return [
    await user.call.conversation.get({ conversationId }),
    await user.call.conversation.checkpoints({ conversationId }),
    await user.call.agent.list({ conversationId }),
  ];
}
