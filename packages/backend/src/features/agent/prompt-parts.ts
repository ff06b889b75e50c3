import type { StepData } from '../../db/step-data.ts';
import type { ModelMessage } from '../../ports/model.ts';

/** How much of a conversation a model is told; four characters are about one token. */
export const MAX_CHARS = 240_000;
export const MAX_MESSAGES = 200;

/** What an answer is told as that broke off. */
export const stoppedHere = (text: string): string => `${text} [stopped here]`;

/** Steps as a provider wants them: after a message with tool calls, an answer to every one of them. */
export function stepMessages(steps: readonly StepData[]): ModelMessage[] {
  const results = new Map(
    steps.flatMap((step) => (step.kind === 'tool' ? [[step.toolCallId, step] as const] : [])),
  );
  return steps.flatMap((step): ModelMessage[] => {
    if (step.kind === 'message') return [{ role: 'user', text: step.text }];
    // Some providers refuse an answer that says nothing.
    if (step.kind === 'tool' || (step.text === '' && step.toolCalls.length === 0)) return [];
    const answers = step.toolCalls.map((call): ModelMessage => {
      const found = results.get(call.id);
      const text =
        found === undefined
          ? JSON.stringify({ error: 'Not executed: the run was stopped.' })
          : JSON.stringify(found.result);
      return { role: 'tool', toolCallId: call.id, text };
    });
    return [{ role: 'assistant', text: step.text, toolCalls: step.toolCalls }, ...answers];
  });
}

/** The newest turns that fit. A turn is kept or left out whole, so that no tool call loses its answer. */
export function fitting(turns: readonly ModelMessage[][], maxChars: number): ModelMessage[] {
  let left = maxChars;
  let first = turns.length;
  while (first > 0) {
    left -= sizeOf(turns[first - 1] ?? []);
    if (left < 0) break;
    first--;
  }
  return turns.slice(first).flat();
}

export const sizeOf = (messages: readonly ModelMessage[]): number => JSON.stringify(messages).length;

/** Fenced off as data: what people have written may try to give orders, or to end the fence. */
export function fenced(tag: string, data: object): string {
  const json = JSON.stringify(data, null, 1)
    .replaceAll('<', String.raw`\u003c`)
    .replaceAll('>', String.raw`\u003e`);
  return `<${tag}>\n${json}\n</${tag}>`;
}
