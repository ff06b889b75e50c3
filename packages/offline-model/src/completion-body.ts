import { type CompletionHead, systemFingerprint, type UsageCounter } from './completion-chunks.ts';
import type { Ending, FinishReason, Piece } from './pieces.ts';
import type { ToolCall } from './wire-messages.ts';

export type CollectedCompletion = { content: string; reasoning: string; call?: ToolCall; ending: Ending };

/** Gathers what a response says until its ending. @throws AbortError when the pieces do */
export async function collectCompletion(
  pieces: AsyncIterable<Piece>,
  usage: UsageCounter,
): Promise<CollectedCompletion> {
  const content: string[] = [];
  const reasoning: string[] = [];
  let call: ToolCall | undefined;
  for await (const piece of pieces) {
    if (piece.kind === 'finish' || piece.kind === 'failure') {
      const texts = { content: content.join(''), reasoning: reasoning.join('') };
      return { ...texts, ...(call === undefined ? {} : { call }), ending: piece };
    }
    usage.count(piece);
    if (piece.kind === 'text') content.push(piece.text);
    if (piece.kind === 'thought') reasoning.push(piece.text);
    if (piece.kind === 'call') call = { id: piece.id, name: piece.name, arguments: '' };
    if (piece.kind === 'arguments' && call !== undefined) call.arguments += piece.text;
  }
  throw new Error('A response needs an ending.');
}

/** The `chat.completion` object of a response that is not streamed. */
export function completionBody(
  head: CompletionHead,
  said: CollectedCompletion,
  options: { reason: FinishReason; usage: UsageCounter },
): object {
  const { call } = said;
  return {
    id: head.id,
    object: 'chat.completion',
    created: head.created,
    model: head.model,
    system_fingerprint: systemFingerprint,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: said.content === '' && call !== undefined ? null : said.content,
          refusal: null,
          annotations: [],
          ...(said.reasoning === '' ? {} : { reasoning_content: said.reasoning }),
          ...(call === undefined ? {} : { tool_calls: [toolCallOf(call)] }),
        },
        logprobs: null,
        finish_reason: options.reason,
      },
    ],
    usage: options.usage.read(),
  };
}

function toolCallOf(call: ToolCall): object {
  return { id: call.id, type: 'function', function: { name: call.name, arguments: call.arguments } };
}
