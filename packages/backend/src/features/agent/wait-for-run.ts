import type { RunOutcome, RunState, WaitInput } from '@aura/contract';
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
  const { state, cursor } = await getRun(ctx, { runId });
  if (!isSettled(state)) {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    await untilSettled(ctx, { runId, lastEventId: cursor }, deadline);
  }
  const { state: last } = await getRun(ctx, { runId });
  const said = last.items.findLast((item) => item.kind === 'text' && item.isFinal);
  return {
    run: await getRunView(ctx, { runId }),
    answer: said?.kind === 'text' ? { messageId: said.messageId, text: said.text } : null,
    usage: last.usage,
  };
}

function isSettled({ status }: Pick<RunState, 'status'>): boolean {
  return status !== 'queued' && status !== 'running';
}

async function untilSettled(
  ctx: CallerContext,
  place: { runId: string; lastEventId: string },
  signal: AbortSignal,
): Promise<void> {
  for await (const envelope of await runEvents(ctx, place, signal)) {
    const event = isTrackedEnvelope(envelope) ? envelope[1] : null;
    if (event?.type === 'run_waiting' || event?.type === 'done') return;
    if (event?.type === 'reset' && isSettled(event.data.state)) return;
  }
}
