import type { RunEvent, Usage } from '@aura/contract';
import type { ToolCall } from '../../db/step-data.ts';
import { ModelError } from '../../ports/model.ts';
import type { Unplaced } from '../../realtime/event.ts';
import { PieceWriter } from './piece-writer.ts';
import { type PreparedCall, prepareNextAttempt } from './prepare-model-call.ts';
import { pauseBefore } from './retry-pause.ts';
import type { RunSession } from './run-session.ts';
import type { Tool } from './tool.ts';
import { withOwnIds } from './with-own-ids.ts';

export interface ModelStep {
  step: number;
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
interface Place {
  stepId: string;
  messageId: string;
  attempt: number;
}

/**
 * One model call, in as many attempts as its failures allow. A later attempt replaces what an earlier one said: its
 * pieces carry the attempt's number, so no reader ever joins the two. Throws the last `ModelError`.
 */
export async function modelStep(
  session: RunSession,
  first: PreparedCall,
  tools: readonly Tool[],
): Promise<ModelStep> {
  const { step, messageId } = first;
  const stepId = `step-${step}`;
  const startedAt = session.core.clock.now().toISOString();
  // What earlier attempts have let readers see, on this node or on one that died. Grows.
  const shown = new Set<Said>(first.isRepeat ? ['thought', 'text'] : []);
  if (first.isRepeat) await session.say([brokenOff(session.run.id, first.attempt - 1)]);
  let call = first;
  for (let tries = 1; ; tries++) {
    const { attempt } = call;
    try {
      const answer = await oneAttempt(session, { call, tools, place: { stepId, messageId, attempt }, shown });
      return { step, stepId, messageId, attempt, startedAt, ...answer };
    } catch (err) {
      if (!(err instanceof ModelError)) throw err;
      const pauseMs = pauseBefore(err, tries);
      if (pauseMs === null) throw err;
      await session.say([attemptFailed(session.run.id, err, attempt)]);
      await session.core.clock.pause(pauseMs, session.modelSignal);
      call = await prepareNextAttempt(session, call);
    }
  }
}

async function oneAttempt(
  session: RunSession,
  {
    call,
    tools,
    place,
    shown,
  }: { call: PreparedCall; tools: readonly Tool[]; place: Place; shown: Set<Said> },
): Promise<Pick<ModelStep, 'text' | 'toolCalls' | 'usage' | 'isTruncated'>> {
  const { core, run, modelSignal } = session;
  const pieces = new PieceWriter({ runId: run.id, ...place }, async (events) => await session.say(events));
  let isFirst = true;
  try {
    const request = { model: run.model, messages: call.messages, tools, user: run.id };
    for await (const chunk of core.model.stream(request, modelSignal)) {
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

function brokenOff(runId: string, attempt: number): Unplaced<RunEvent> {
  const message = 'The server that was answering went away; another one answers anew.';
  return { type: 'error', runId, data: { code: 'interrupted', message, retryable: true, attempt } };
}

/** An empty piece: readers forget what the attempts before this one said. */
function takeBack(runId: string, said: Said, { stepId, messageId, attempt }: Place): Unplaced<RunEvent> {
  switch (said) {
    case 'thought':
      return { type: 'thought', runId, data: { stepId, attempt, offset: 0, text: '' } };
    case 'text':
      return { type: 'content_delta', runId, data: { messageId, attempt, offset: 0, delta: '' } };
  }
}
