import OpenAI from 'openai';
import type { ModelConfig } from '../config.ts';
import { redactor } from '../redact.ts';
import { AnswerParts } from './answer-parts.ts';
import { classifyModelError } from './classify-model-error.ts';
import type { ModelMessage, ModelPort, ModelRequest } from './model.ts';
import { scrubError } from './scrub-error.ts';
import { createWatchdog } from './watchdog.ts';

type Params = OpenAI.Chat.Completions.ChatCompletionCreateParamsStreaming;

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
    // Only the configuration decides: not OPENAI_ORG_ID and the like, and nothing goes to the console.
    organization: null,
    project: null,
    logLevel: 'off',
  });
  const redact = redactor([config.apiKey]);
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
        const error = classifyModelError(watchdog.signal.aborted ? watchdog.signal.reason : err);
        error.cause = scrubError(error.cause, redact);
        throw error;
      }
      yield answer.end();
    },
  };
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
        // Some servers parse the arguments of earlier calls, and an empty text is no JSON.
        function: { name, arguments: argsText.trim() === '' ? '{}' : argsText },
      }));
      return {
        role: 'assistant',
        content: message.text,
        ...(calls.length === 0 ? {} : { tool_calls: calls }),
      };
    }
  }
}
