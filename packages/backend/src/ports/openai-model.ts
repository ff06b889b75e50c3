import type { Usage } from '@aura/contract';
import OpenAI from 'openai';
import type { ModelConfig } from '../config.ts';
import type { ToolCall } from '../db/step-data.ts';
import { classifyModelError } from './classify-model-error.ts';
import {
  ModelError,
  type ModelChunk,
  type ModelMessage,
  type ModelPort,
  type ModelRequest,
} from './model.ts';
import { createWatchdog } from './watchdog.ts';

type Params = OpenAI.Chat.Completions.ChatCompletionCreateParamsStreaming;
type Chunk = OpenAI.Chat.Completions.ChatCompletionChunk;

/**
 * Any OpenAI-compatible server. The package's own retries are off, because the log must see each attempt; its timeout
 * ends with the response's headers, so the watchdog times the stream; and a loop that ends without a finish_reason is
 * a stream that was cut, which the package does not tell.
 */
export function createOpenAiModel(config: ModelConfig): ModelPort {
  const client = new OpenAI({
    apiKey: config.apiKey,
    baseURL: config.baseUrl,
    maxRetries: 0,
    timeout: 120_000,
  });
  const { firstEventTimeoutMs = 30_000, idleTimeoutMs = 20_000 } = config;
  return {
    async *stream(request, signal) {
      using watchdog = createWatchdog(signal, { firstEventTimeoutMs, idleTimeoutMs });
      const answer = new AnswerParts();
      try {
        const stream = await client.chat.completions.create(toParams(request), { signal: watchdog.signal });
        for await (const chunk of stream) {
          watchdog.reset();
          yield* answer.take(chunk);
        }
        // The package ends its loop without an error when it is aborted.
        watchdog.signal.throwIfAborted();
      } catch (err) {
        signal.throwIfAborted();
        throw classifyModelError(watchdog.signal.aborted ? watchdog.signal.reason : err);
      }
      yield answer.end();
    },
  };
}

/** What the chunks of one answer add up to. */
class AnswerParts {
  readonly #toolCalls: ToolCall[] = [];
  #finishReason: string | null = null;
  #usage: Usage | null = null;

  *take(chunk: Chunk): Generator<ModelChunk> {
    if (chunk.usage) {
      this.#usage = { inputTokens: chunk.usage.prompt_tokens, outputTokens: chunk.usage.completion_tokens };
    }
    const choice = chunk.choices?.[0];
    if (choice === undefined) return;
    this.#finishReason = choice.finish_reason ?? this.#finishReason;
    const thought = thoughtOf(choice.delta);
    if (thought !== '') yield { type: 'thought', text: thought };
    if (choice.delta?.content) yield { type: 'text', text: choice.delta.content };
    for (const part of choice.delta?.tool_calls ?? []) {
      const call = (this.#toolCalls[part.index] ??= { id: '', name: '', argsText: '' });
      call.id ||= part.id ?? '';
      call.name ||= part.function?.name ?? '';
      call.argsText += part.function?.arguments ?? '';
    }
  }

  end(): ModelChunk {
    switch (this.#finishReason) {
      case null:
        throw new ModelError('provider_cut', { message: 'The model’s answer broke off.', retry: 'cut' });
      case 'content_filter':
        throw new ModelError('content_filtered', {
          message: 'The provider’s filter withheld the answer.',
          retry: 'never',
        });
      default: {
        const toolCalls = this.#toolCalls.filter((call) => call.name !== '');
        if (this.#finishReason === 'length' && toolCalls.length > 0) {
          throw new ModelError('context_too_long', {
            message: 'The answer hit the length limit within a tool call.',
            retry: 'never',
          });
        }
        return { type: 'end', toolCalls, usage: this.#usage };
      }
    }
  }
}

/** Reasoning is no part of OpenAI's own format; these two names are what other servers send. */
function thoughtOf(delta: object | undefined): string {
  if (delta === undefined) return '';
  if ('reasoning_content' in delta && typeof delta.reasoning_content === 'string') {
    return delta.reasoning_content;
  }
  if ('reasoning' in delta && typeof delta.reasoning === 'string') return delta.reasoning;
  return '';
}

function toParams(request: ModelRequest): Params {
  const tools = request.tools.map(({ name, description, inputSchema }) => ({
    type: 'function' as const,
    function: { name, description, parameters: { ...inputSchema } },
  }));
  return {
    model: request.model,
    messages: request.messages.map(toMessage),
    stream: true,
    stream_options: { include_usage: true },
    user: request.user,
    ...(tools.length === 0 ? {} : { tools }),
  };
}

function toMessage(message: ModelMessage): Params['messages'][number] {
  switch (message.role) {
    case 'system':
    case 'user':
      return { role: message.role, content: message.text };
    case 'tool':
      return { role: 'tool', tool_call_id: message.toolCallId, content: message.text };
    case 'assistant': {
      const calls = message.toolCalls.map(({ id, name, argsText }) => ({
        id,
        type: 'function' as const,
        function: { name, arguments: argsText },
      }));
      return {
        role: 'assistant',
        content: message.text,
        ...(calls.length === 0 ? {} : { tool_calls: calls }),
      };
    }
  }
}
