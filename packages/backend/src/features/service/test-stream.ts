import type { TestEvent } from '@aura/contract';
import { AppError } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { ModelError, type ModelRequest } from '../../ports/model.ts';

const PROMPT = 'Say hello in one short sentence.';

/** Has the model say a sentence, so that one can see the way from it to the reader work. Nothing is stored. */
export async function* testStream(
  ctx: CallerContext,
  signal: AbortSignal,
): AsyncGenerator<TestEvent, void, undefined> {
  const [model] = ctx.config.model.models;
  yield { type: 'start', message: `Asking ${model}.` };
  try {
    const request: ModelRequest = {
      model,
      messages: [{ role: 'user', text: PROMPT }],
      tools: [],
      user: ctx.caller.userId,
    };
    for await (const chunk of ctx.model.stream(request, signal)) {
      if (chunk.type === 'text') yield { type: 'chunk', content: chunk.text };
    }
  } catch (err) {
    if (!(err instanceof ModelError)) throw err;
    throw new AppError('UNAVAILABLE', { message: 'The model does not answer. Try again later.', cause: err });
  }
  yield { type: 'end', message: 'That is all.' };
}
