import type { RunErrorCode, Usage } from '@aura/contract';
import type { ToolCall } from '../db/step-data.ts';

/** One model call. Provider-neutral; `ports/openai-model.ts` speaks it to any OpenAI-compatible server. */
export interface ModelRequest {
  model: string;
  messages: readonly ModelMessage[];
  tools: readonly { name: string; description: string; inputSchema: object }[];
  /** Told to the provider as the end user, so that it can tell our users apart without knowing them. */
  user: string;
}

export type ModelMessage =
  | { role: 'system'; text: string }
  | { role: 'user'; text: string }
  | { role: 'assistant'; text: string; toolCalls: readonly ToolCall[] }
  | { role: 'tool'; toolCallId: string; text: string };

/**
 * `end` comes once and last, and only when the provider's stream ended properly. `isTruncated`: the model hit its
 * length limit in mid-answer.
 */
export type ModelChunk =
  | { type: 'thought'; text: string }
  | { type: 'text'; text: string }
  | { type: 'end'; toolCalls: ToolCall[]; usage: Usage | null; isTruncated: boolean };

export interface ModelPort {
  /** Streams one attempt; never retries. Throws `ModelError`, or the signal's reason once it aborts. */
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelChunk>;
}

/** Why an attempt failed, and whether another one can help. */
export class ModelError extends Error {
  override name = 'ModelError';
  readonly code: RunErrorCode;
  /** `overload` and `rate` wait in different ways, `cut` starts again at once, `never` gives up. */
  readonly retry: 'never' | 'rate' | 'overload' | 'cut';
  readonly retryAfterMs: number | null;

  constructor(
    code: RunErrorCode,
    options: { message: string; retry: ModelError['retry']; retryAfterMs?: number | null; cause?: unknown },
  ) {
    super(options.message, { cause: options.cause });
    this.code = code;
    this.retry = options.retry;
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}
