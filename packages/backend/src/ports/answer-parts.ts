import type { Usage } from '@aura/contract';
import { z } from 'zod';
import type { ToolCall } from '../db/step-data.ts';
import { type ModelChunk, ModelError } from './model.ts';

const count = z.int().nonnegative();
const text = z.string().nullish();
const callPartSchema = z.object({
  index: count.nullish(),
  id: text,
  function: z.object({ name: text, arguments: text }).nullish(),
});
/** What we use of a chunk. Servers call themselves compatible and still leave out or add what they like. */
const chunkSchema = z.object({
  choices: z
    .array(
      z.object({
        // Reasoning is no part of OpenAI's own format; these two names are what other servers send.
        delta: z
          .object({
            content: text,
            reasoning_content: text,
            reasoning: text,
            tool_calls: z.array(callPartSchema).nullish(),
          })
          .nullish(),
        finish_reason: text,
      }),
    )
    .nullish(),
  usage: z.object({ prompt_tokens: count, completion_tokens: count }).nullish().catch(null),
});

/** Thoughts, text and arguments of one answer. Far more than models say; one that never stops would fill the log. */
const MAX_CHARS = 1_000_000;

/** What the chunks of one answer add up to. */
export class AnswerParts {
  readonly #calls = new Map<number, ToolCall>();
  #finishReason: string | null = null;
  #usage: Usage | null = null;
  #hasText = false;
  #chars = 0;

  /** Takes the next chunk as it came over the wire. Throws `ModelError` when it is no chunk, or one too many. */
  *take(received: unknown): Generator<ModelChunk> {
    const { data: chunk, error: cause } = chunkSchema.safeParse(received);
    if (chunk === undefined) {
      throw new ModelError('provider_garbage', {
        message: 'The model provider sent something unreadable.',
        retry: 'cut',
        cause,
      });
    }
    if (chunk.usage) {
      this.#usage = { inputTokens: chunk.usage.prompt_tokens, outputTokens: chunk.usage.completion_tokens };
    }
    const choice = chunk.choices?.[0];
    if (choice === undefined) return;
    const { delta } = choice;
    this.#finishReason = choice.finish_reason ?? this.#finishReason;
    const thought = delta?.reasoning_content ?? delta?.reasoning;
    this.#count(thought, delta?.content, ...(delta?.tool_calls ?? []).map((part) => JSON.stringify(part)));
    if (thought) yield { type: 'thought', text: thought };
    if (delta?.content) {
      this.#hasText = true;
      yield { type: 'text', text: delta.content };
    }
    for (const part of delta?.tool_calls ?? []) this.#takeCallPart(part);
  }

  /** What ends a stream that ended properly. Throws `ModelError` for one that was cut, withheld or of no use. */
  end(): ModelChunk {
    const isTruncated = this.#finishReason === 'length';
    const toolCalls = [...this.#calls.values()].filter((call) => call.name !== '');
    switch (this.#finishReason) {
      case null:
        throw new ModelError('provider_cut', { message: 'The model’s answer broke off.', retry: 'cut' });
      case 'content_filter':
        throw new ModelError('content_filtered', {
          message: 'The provider’s filter withheld the answer.',
          retry: 'never',
        });
      default:
        if (isTruncated && (toolCalls.length > 0 || !this.#hasText)) {
          throw new ModelError('context_too_long', {
            message: `The answer hit the length limit ${this.#hasText ? 'within a tool call' : 'before it began'}.`,
            retry: 'never',
          });
        }
        return { type: 'end', toolCalls, usage: this.#usage, isTruncated };
    }
  }

  #count(...said: (string | null | undefined)[]): void {
    for (const part of said) this.#chars += part?.length ?? 0;
    if (this.#chars <= MAX_CHARS) return;
    throw new ModelError('budget_exceeded', {
      message: 'The model’s answer was too long and was broken off.',
      retry: 'never',
    });
  }

  #takeCallPart({ index, id, function: said }: z.output<typeof callPartSchema>): void {
    // Without an index, a part with a name begins a call and any other goes on with the last one.
    const place = index ?? (said?.name ? this.#calls.size : this.#calls.size - 1);
    const call = this.#calls.get(place) ?? { id: '', name: '', argsText: '' };
    this.#calls.set(place, call);
    call.id ||= id ?? '';
    call.name ||= said?.name ?? '';
    call.argsText += said?.arguments ?? '';
  }
}
