import {
  listRunsInputSchema,
  listRunsOutputSchema,
  modelViewSchema,
  runEventsInputSchema,
  runRefSchema,
  type RunState,
  runViewSchema,
  toolViewSchema,
} from '@aura/contract';
import { z } from 'zod';
import { signalOf } from '../../trpc/signal-of.ts';
import { memberProcedure, router, userProcedure } from '../../trpc/trpc.ts';
import { getRun } from './get-run.ts';
import { listModels } from './list-models.ts';
import { listRuns } from './list-runs.ts';
import { listTools } from './list-tools.ts';
import { runEvents } from './run-events.ts';
import { stopRun } from './stop-run.ts';

export const agentRouter = router({
  get: userProcedure
    .input(runRefSchema)
    .query(async ({ ctx, input }): Promise<{ state: RunState; cursor: string }> => await getRun(ctx, input)),
  list: userProcedure
    .input(listRunsInputSchema)
    .output(listRunsOutputSchema)
    .query(async ({ ctx, input }) => await listRuns(ctx, input)),
  stop: memberProcedure
    .input(runRefSchema)
    .output(runViewSchema)
    .mutation(async ({ ctx, input }) => await stopRun(ctx, input)),
  models: userProcedure.output(z.array(modelViewSchema)).query(({ ctx }) => listModels(ctx)),
  tools: userProcedure.output(z.array(toolViewSchema)).query(async ({ ctx }) => await listTools(ctx)),
  events: userProcedure
    .input(runEventsInputSchema)
    .subscription(({ ctx, input, signal }) => runEvents(ctx, input, signalOf(signal))),
});
