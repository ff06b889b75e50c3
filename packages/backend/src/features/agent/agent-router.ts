import {
  listRunsInputSchema,
  listRunsOutputSchema,
  modelViewSchema,
  promptViewSchema,
  runEventsInputSchema,
  runOutcomeSchema,
  runRefSchema,
  type RunState,
  runViewSchema,
  toolViewSchema,
  waitInputSchema,
} from '@aura/contract';
import { z } from 'zod';
import { signalOf } from '../../trpc/signal-of.ts';
import { memberProcedure, publicProcedure, router, userProcedure } from '../../trpc/trpc.ts';
import { getRun } from './get-run.ts';
import { getRunView } from './get-run-view.ts';
import { listModels } from './list-models.ts';
import { listRuns } from './list-runs.ts';
import { listTools } from './list-tools.ts';
import { runEventWire } from './run-event-wire.ts';
import { samplePrompts } from './sample-prompts.ts';
import { runEvents } from './run-events.ts';
import { stopRun } from './stop-run.ts';
import { waitForRun } from './wait-for-run.ts';

export const agentRouter = router({
  get: userProcedure
    .input(runRefSchema)
    .query(async ({ ctx, input }): Promise<{ state: RunState; cursor: string }> => await getRun(ctx, input)),
  list: userProcedure
    .input(listRunsInputSchema)
    .output(listRunsOutputSchema)
    .query(async ({ ctx, input }) => await listRuns(ctx, input)),
  view: userProcedure
    .meta({
      rest: {
        method: 'GET',
        path: '/api/aura/runs/{runId}/stream',
        family: 'envelope',
        summary: 'Streams a run, under way or ended',
        followUp: { procedure: 'agent.events', resume: { by: 'runId', from: 'agent.view' } },
        sse: { view: runEventWire },
      },
    })
    .input(runRefSchema)
    .output(runViewSchema)
    .query(async ({ ctx, input }) => await getRunView(ctx, input)),
  wait: userProcedure
    .input(waitInputSchema)
    .output(runOutcomeSchema)
    .query(async ({ ctx, input, signal }) => await waitForRun(ctx, input, signalOf(signal))),
  stop: memberProcedure
    .meta({
      rest: {
        method: 'POST',
        path: '/api/aura/runs/{runId}/stop',
        family: 'envelope',
        message: 'Run stopped',
        summary: 'Stops a run; one that has ended stays as it ended',
      },
    })
    .input(runRefSchema)
    .output(runViewSchema)
    .mutation(async ({ ctx, input }) => await stopRun(ctx, input)),
  models: publicProcedure
    .meta({ rest: { method: 'GET', path: '/models', summary: 'The models on offer' } })
    .output(z.array(modelViewSchema))
    .query(({ ctx }) => listModels(ctx)),
  prompts: publicProcedure
    .meta({ rest: { method: 'GET', path: '/prompts', summary: 'What one may ask to begin with' } })
    .output(z.array(promptViewSchema))
    .query(() => samplePrompts()),
  tools: userProcedure.output(z.array(toolViewSchema)).query(async ({ ctx }) => await listTools(ctx)),
  events: userProcedure
    .input(runEventsInputSchema)
    .subscription(async ({ ctx, input, signal }) => await runEvents(ctx, input, signalOf(signal))),
});
