import type { Event } from '@ag-ui/core';
import type { RunEvent, RunFeedEvent } from '@aura/contract';
import { isTrackedEnvelope } from '@trpc/server';
import type { Begun } from './begin-run.ts';
import { eventsOfState } from './events-of-state.ts';
import type { RunInput } from './read-run-input.ts';
import type { RunCaller } from './run-caller.ts';
import { createRunSegment } from './run-segment.ts';
import { createRunTranslator } from './run-translator.ts';

/** What AG-UI is told of a run, to its end or to where it waits for a person whom the request has not answered for. */
export async function* toldRun(
  { threads }: RunCaller,
  { conversationId, runId }: Begun,
  input: RunInput,
): AsyncGenerator<Event, void, undefined> {
  const { threadId, runId: clientRunId, messages, resume, toolCount } = input;
  const answered = new Set(resume.map(({ interruptId }) => interruptId));
  const segment = createRunSegment(answered);
  const translator = createRunTranslator({
    threadId,
    runId: clientRunId,
    ownRunId: runId,
    messages,
    isWhole: answered.size === 0,
  });
  yield* translator.begin({ conversationId, ignoredTools: toolCount });
  for await (const envelope of await threads.events({ runId })) {
    if (!isTrackedEnvelope(envelope)) throw new Error('an event came without its cursor');
    for (const event of eventsIn(envelope[1])) {
      for (const part of segment.take(event)) {
        yield* translator.tell(part);
        if (part.kind === 'wait') return;
      }
    }
  }
}

/** A fresh start stands for all that is not kept any more. */
const eventsIn = (event: RunFeedEvent): RunEvent[] =>
  event.type === 'reset' ? eventsOfState(event.data.state) : [event];
