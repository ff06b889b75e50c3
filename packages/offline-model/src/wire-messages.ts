import { badRequest } from './api-error.ts';
import { isRecord } from './json.ts';

export type ToolCall = { id: string; name: string; arguments: string };

export type ChatMessage =
  | { role: 'system'; content: string }
  | { role: 'user'; content: string }
  | { role: 'assistant'; content: string; toolCalls: readonly ToolCall[] }
  | { role: 'tool'; content: string; toolCallId: string };

/**
 * Parses `messages` and refuses, as OpenAI does, a history in which a tool call has no answer:
 * a client that lost one would otherwise look healthy here and fail against a real provider.
 * @throws ApiError 400
 */
export function parseMessages(value: unknown): readonly ChatMessage[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw badRequest('messages', '`messages` must be an array with at least one message.');
  }
  const messages = value.map((message: unknown, index) => parseMessage(message, `messages[${index}]`));
  assertCallsAreAnswered(messages);
  return messages;
}

function parseMessage(value: unknown, param: string): ChatMessage {
  if (!isRecord(value)) throw badRequest(param, `\`${param}\` must be an object.`);
  const content = parseContent(value.content, `${param}.content`);
  switch (value.role) {
    case 'system':
    case 'developer':
      return { role: 'system', content };
    case 'user':
      return { role: 'user', content };
    case 'assistant':
      return { role: 'assistant', content, toolCalls: parseToolCalls(value.tool_calls, param) };
    case 'tool':
      if (typeof value.tool_call_id !== 'string') {
        throw badRequest(`${param}.tool_call_id`, 'A tool message names the call it answers.');
      }
      return { role: 'tool', content, toolCallId: value.tool_call_id };
    default:
      throw badRequest(`${param}.role`, 'A role is system, developer, user, assistant or tool.');
  }
}

function parseContent(value: unknown, param: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) throw badRequest(param, `\`${param}\` must be a string or an array of parts.`);
  return value
    .map((part: unknown) => (isRecord(part) && typeof part.text === 'string' ? part.text : ''))
    .join('');
}

function parseToolCalls(value: unknown, param: string): readonly ToolCall[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw badRequest(`${param}.tool_calls`, '`tool_calls` must be an array.');
  return value.map((call: unknown, index) => {
    const called = isRecord(call) && isRecord(call.function) ? call.function : {};
    if (isRecord(call) && typeof call.id === 'string' && typeof called.name === 'string') {
      const args = typeof called.arguments === 'string' ? called.arguments : '';
      return { id: call.id, name: called.name, arguments: args };
    }
    throw badRequest(`${param}.tool_calls[${index}]`, 'A tool call needs `id` and `function.name`.');
  });
}

function assertCallsAreAnswered(messages: readonly ChatMessage[]): void {
  const open = new Set<string>();
  for (const [index, message] of messages.entries()) {
    if (message.role === 'tool') {
      if (open.delete(message.toolCallId)) continue;
      throw badRequest(
        `messages[${index}].role`,
        "Invalid parameter: messages with role 'tool' must be a response to a preceding message with 'tool_calls'.",
      );
    }
    if (open.size > 0) throw unanswered(open);
    if (message.role === 'assistant') for (const call of message.toolCalls) open.add(call.id);
  }
  if (open.size > 0) throw unanswered(open);
}

function unanswered(open: ReadonlySet<string>): Error {
  return badRequest(
    'messages',
    "An assistant message with 'tool_calls' must be followed by tool messages responding to each " +
      `'tool_call_id'. The following tool_call_ids did not have response messages: ${[...open].join(', ')}`,
  );
}
