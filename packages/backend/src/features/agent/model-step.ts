import type { RunEvent, Usage } from '@aura/contract';
import type { Unplaced } from '../../realtime/event.ts';
import { ModelError, type ModelMessage } from '../../ports/model.ts';
import { PieceWriter } from './piece-writer.ts';
import { pauseBefore } from './retry-pause.ts';
import type { RunSession } from './run-session.ts';
import type { ToolCall } from '../../db/step-data.ts';
import { withOwnIds } from './with-own-ids.ts';

export interface ModelStep {
  stepId: string;
  messageId: string;
  attempt: number;
  text: string;
  toolCalls: ToolCall[];
  usage: Usage | null;
  /** The model hit its length limit in mid-answer. */
  isTruncated: boolean;
  startedAt: string;
}

type Said = 'thought' | 'text';
interface Attempt {
  messages: readonly ModelMessage[];
  stepId: string;
  messageId: string;
  attempt: number;
  /** What earlier attempts have let readers see. Grows. */
  shown: Set<Said>;
}

/**
 * One model call, in as many attempts as its failures allow. A later attempt replaces what an earlier one said: its
 * pieces carry the attempt's number, so no reader ever joins the two. Throws the last `ModelError`.
 */
export async function modelStep(session: RunSession, messages: readonly ModelMessage[]): Promise<ModelStep> {
  const stepId = `step-${session.steps.length + 1}`;
  const messageId = session.newMessageId();
  const startedAt = session.core.clock.now().toISOString();
  const shown = new Set<Said>();
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await oneAttempt(session, { messages, stepId, messageId, attempt, shown });
      return { stepId, messageId, attempt, startedAt, ...answer };
    } catch (err) {
      if (!(err instanceof ModelError)) throw err;
      const pauseMs = pauseBefore(err, attempt);
      if (pauseMs === null) throw err;
      await session.say([attemptFailed(session.run.id, err, attempt)]);
      await session.core.clock.pause(pauseMs, session.signal);
    }
  }
}

async function oneAttempt(
  session: RunSession,
  { messages, shown, ...place }: Attempt,
): Promise<Pick<ModelStep, 'text' | 'toolCalls' | 'usage' | 'isTruncated'>> {
  const { core, run, signal } = session;
  const pieces = new PieceWriter({ runId: run.id, ...place }, async (events) => await session.say(events));
  let isFirst = true;
  try {
    const { all: tools } = await core.tools.of(run.tenantId);
    const request = { model: run.model, messages, tools, user: run.id };
    for await (const chunk of core.model.stream(request, signal)) {
      // Not before: until this attempt says something, the lost one's words are all there is to keep.
      if (isFirst) await session.say([...shown].map((said) => takeBack(run.id, said, place)));
      isFirst = false;
      if (chunk.type !== 'end') {
        shown.add(chunk.type);
        pieces.push(chunk.type, chunk.text);
        continue;
      }
      await pieces.finish();
      const { usage, isTruncated } = chunk;
      const toolCalls = withOwnIds(chunk.toolCalls, session.steps);
      return { text: pieces.text, toolCalls, usage, isTruncated };
    }
    throw new ModelError('provider_cut', { message: 'The model’s answer broke off.', retry: 'cut' });
  } catch (err) {
    // What a lost attempt said stays until the next one says something; if none does, it is the partial answer.
    await (err instanceof ModelError ? pieces.finish() : pieces.abandon());
    throw err;
  }
}

function attemptFailed(runId: string, { code, message }: ModelError, attempt: number): Unplaced<RunEvent> {
  return { type: 'error', runId, data: { code, message, retryable: true, attempt } };
}

/** An empty piece: readers forget what the attempts before this one said. */
function takeBack(
  runId: string,
  said: Said,
  { stepId, messageId, attempt }: Omit<Attempt, 'messages' | 'shown'>,
): Unplaced<RunEvent> {
  switch (said) {
    case 'thought':
      return { type: 'thought', runId, data: { stepId, attempt, offset: 0, text: '' } };
    case 'text':
      return { type: 'content_delta', runId, data: { messageId, attempt, offset: 0, delta: '' } };
  }
}
