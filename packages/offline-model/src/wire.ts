import { ApiError, badRequest } from './api-error.ts';
import { isRecord } from './json.ts';
import { type ChatMessage, parseMessages } from './wire-messages.ts';

export const modelIds = ['aura-offline', 'aura-offline-mini'] as const;
export type ModelId = (typeof modelIds)[number];

/** A chat completion request after parsing; everything behind it trusts these shapes. */
export type ChatRequest = {
  model: ModelId;
  messages: readonly ChatMessage[];
  isStream: boolean;
  wantsUsage: boolean;
  /** Names of the offered functions, in the order of the request. */
  tools: readonly string[];
  /** `tool_choice` is not `none`. */
  mayCallTools: boolean;
  maxTokens: number;
  /** Whatever the client sent to tell its users or caches apart; '' when it sent nothing. */
  caller: string;
};

/** @throws ApiError 404 `model_not_found` */
export function parseModel(value: unknown): ModelId {
  if (typeof value !== 'string') throw badRequest('model', 'You must provide a model parameter.');
  const model = modelIds.find((id) => id === value);
  if (model !== undefined) return model;
  throw new ApiError({
    status: 404,
    message: `The model \`${value.slice(0, 100)}\` does not exist. Use ${modelIds.join(' or ')}.`,
    code: 'model_not_found',
    param: 'model',
  });
}

/** Parses the body of POST /v1/chat/completions. @throws ApiError 400 or 404 */
export function parseChatRequest(body: unknown): ChatRequest {
  if (!isRecord(body)) throw badRequest('body', 'The request body must be a JSON object.');
  const model = parseModel(body.model);
  if (body.n !== undefined && body.n !== null && body.n !== 1) {
    throw badRequest('n', 'This model gives one choice: leave `n` out or set it to 1.');
  }
  const isStream = parseFlag(body.stream, 'stream');
  const streamOptions = isRecord(body.stream_options) ? body.stream_options : {};
  return {
    model,
    messages: parseMessages(body.messages),
    isStream,
    wantsUsage: parseFlag(streamOptions.include_usage, 'stream_options.include_usage'),
    tools: parseToolNames(body.tools),
    mayCallTools: body.tool_choice !== 'none',
    maxTokens: parseMaxTokens(body),
    caller: [body.user, body.safety_identifier, body.prompt_cache_key]
      .filter((value) => typeof value === 'string')
      .join('\n'),
  };
}

function parseFlag(value: unknown, param: string): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value !== 'boolean') throw badRequest(param, `\`${param}\` must be true or false.`);
  return value;
}

function parseMaxTokens(body: Record<string, unknown>): number {
  const param = body.max_completion_tokens === undefined ? 'max_tokens' : 'max_completion_tokens';
  const value = body[param];
  if (value === undefined || value === null) return Number.POSITIVE_INFINITY;
  if (typeof value === 'number' && Number.isInteger(value) && value > 0) return value;
  throw badRequest(param, `\`${param}\` must be a whole number above 0.`);
}

function parseToolNames(value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw badRequest('tools', '`tools` must be an array.');
  return value.map((tool: unknown, index) => {
    const name = isRecord(tool) && isRecord(tool.function) ? tool.function.name : undefined;
    if (typeof name === 'string' && name !== '') return name;
    throw badRequest(`tools[${index}]`, 'A tool needs {"type": "function", "function": {"name": ...}}.');
  });
}
