import type { RunOutcome, RunView, WaitInput } from '@aura/contract';
import { isTrackedEnvelope } from '@trpc/server';
import type { CallerContext } from '../../context.ts';
import { getRun } from './get-run.ts';
import { getRunView } from './get-run-view.ts';
import { runEvents } from './run-events.ts';

/** How a run ended, waited for: or where it stands once it waits for a person or the time is up. */
export async function waitForRun(
  ctx: CallerContext,
  { runId, timeoutMs }: WaitInput,
  signal: AbortSignal,
): Promise<RunOutcome> {
  const { cursor: lastEventId } = await getRun(ctx, { runId });
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const run = await settledRun(ctx, { runId, lastEventId }, deadline);
  const { state } = await getRun(ctx, { runId });
  const said = state.items.findLast((item) => item.kind === 'text' && item.isFinal);
  return {
    run,
    answer: said?.kind === 'text' ? { messageId: said.messageId, text: said.text } : null,
    usage: state.usage,
  };
}

/** The row decides: events tell of a decision before they tell that the run goes on. */
async function settledRun(
  ctx: CallerContext,
  place: { runId: string; lastEventId: string },
  signal: AbortSignal,
): Promise<RunView> {
  const before = await getRunView(ctx, place);
  if (isSettled(before)) return before;
  for await (const envelope of await runEvents(ctx, place, signal)) {
    const type = isTrackedEnvelope(envelope) ? envelope[1].type : null;
    if (type !== 'run_waiting' && type !== 'done' && type !== 'reset') continue;
    const run = await getRunView(ctx, place);
    if (isSettled(run)) return run;
  }
  return await getRunView(ctx, place);
}

function isSettled({ status }: RunView): boolean {
  return status !== 'queued' && status !== 'running';
}
