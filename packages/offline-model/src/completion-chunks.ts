import { randomUUID } from 'node:crypto';
import type { FinishReason, Token } from './pieces.ts';
import type { ModelId } from './wire.ts';

export type Usage = {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  prompt_tokens_details: { cached_tokens: number };
  completion_tokens_details: { reasoning_tokens: number };
};

/** What all chunks of one response share; `created` is in seconds. */
export type CompletionHead = { id: string; created: number; model: ModelId };

export function newCompletionHead(model: ModelId): CompletionHead {
  return {
    id: `chatcmpl-${randomUUID().replaceAll('-', '')}`,
    created: Math.floor(Date.now() / 1000),
    model,
  };
}

export const systemFingerprint = 'fp_aura_offline';

/** Counts tokens as they leave; one piece is one token. */
export class UsageCounter {
  readonly #promptTokens: number;
  #completionTokens = 0;
  #reasoningTokens = 0;

  constructor(promptTokens: number) {
    this.#promptTokens = promptTokens;
  }

  count(token: Token): void {
    this.#completionTokens += 1;
    if (token.kind === 'thought') this.#reasoningTokens += 1;
  }

  read(): Usage {
    return {
      prompt_tokens: this.#promptTokens,
      completion_tokens: this.#completionTokens,
      total_tokens: this.#promptTokens + this.#completionTokens,
      prompt_tokens_details: { cached_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: this.#reasoningTokens },
    };
  }
}

/** Makes the `chat.completion.chunk` objects of one streamed response. */
export class ChunkFactory {
  readonly #head: CompletionHead;
  readonly #wantsUsage: boolean;

  constructor(head: CompletionHead, options: { wantsUsage: boolean }) {
    this.#head = head;
    this.#wantsUsage = options.wantsUsage;
  }

  role(): object {
    return this.#chunk({ role: 'assistant', content: '', refusal: null }, null);
  }

  token(token: Token): object {
    return this.#chunk(deltaOf(token), null);
  }

  finish(reason: FinishReason): object {
    return this.#chunk({}, reason);
  }

  usage(usage: Usage): object {
    return { ...this.#shared(), choices: [], usage };
  }

  #chunk(delta: object, finishReason: FinishReason | null): object {
    return {
      ...this.#shared(),
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
      ...(this.#wantsUsage ? { usage: null } : {}),
    };
  }

  #shared(): object {
    const { id, created, model } = this.#head;
    return { id, object: 'chat.completion.chunk', created, model, system_fingerprint: systemFingerprint };
  }
}

function deltaOf(token: Token): object {
  switch (token.kind) {
    case 'thought':
      return { reasoning_content: token.text };
    case 'text':
      return { content: token.text };
    case 'call':
      return {
        tool_calls: [
          { index: 0, id: token.id, type: 'function', function: { name: token.name, arguments: '' } },
        ],
      };
    case 'arguments':
      return { tool_calls: [{ index: 0, function: { arguments: token.text } }] };
  }
}
