import { createHash } from 'node:crypto';
import { askedInRoom, isInRoom } from './room-message.ts';
import type { ChatMessage, ToolCall } from './wire-messages.ts';

export type AnsweredCall = { name: string; arguments: string; result: string };

/** Where a conversation stands, read from its messages alone: a restarted model or client resumes. */
export type Progress = {
  /** What was said last; of a message in a room, what it asks. */
  userText: string;
  /** The first thing the user ever said here. */
  firstUserText: string;
  userMessageCount: number;
  systemText: string;
  /** Calls after the last user message, in order; each has its result. */
  answered: readonly AnsweredCall[];
};

/** Reads the progress from messages that passed `parseMessages`. */
export function readProgress(messages: readonly ChatMessage[]): Progress {
  const userTexts = messages.filter((message) => message.role === 'user').map((message) => message.content);
  const systemText = messages
    .filter((message) => message.role === 'system')
    .map((message) => message.content)
    .join('\n');
  const last = userTexts.at(-1) ?? '';
  return {
    userText: isInRoom(systemText) ? askedInRoom(last) : last,
    firstUserText: userTexts[0] ?? '',
    userMessageCount: userTexts.length,
    systemText,
    answered: answeredCalls(messages.slice(messages.findLastIndex(({ role }) => role === 'user') + 1)),
  };
}

function answeredCalls(messages: readonly ChatMessage[]): readonly AnsweredCall[] {
  const open = new Map<string, ToolCall>();
  const answered: AnsweredCall[] = [];
  for (const message of messages) {
    if (message.role === 'assistant') for (const call of message.toolCalls) open.set(call.id, call);
    if (message.role !== 'tool') continue;
    const call = open.get(message.toolCallId);
    if (call === undefined) continue;
    answered.push({ name: call.name, arguments: call.arguments, result: message.content });
  }
  return answered;
}

/**
 * A key that a repeated request shares with the first one. System messages stay out of it: clients put
 * the time of day there, and a retry would count as another conversation.
 */
export function conversationKey(messages: readonly ChatMessage[], caller: string): string {
  const spoken = messages.filter((message) => message.role !== 'system');
  return createHash('sha256')
    .update(JSON.stringify([caller, spoken]))
    .digest('hex');
}
