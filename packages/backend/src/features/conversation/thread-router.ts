import { clientIdSchema, conversationRefSchema, runRefSchema } from '@aura/contract';
import { z } from 'zod';
import { signalOf } from '../../trpc/signal-of.ts';
import { router, userProcedure } from '../../trpc/trpc.ts';
import { runEvents } from '../agent/run-events.ts';
import { findThread } from './find-thread.ts';

/** What the AG-UI endpoint asks beside the public router: names of threads are a matter of that protocol alone. */
export const threadRouter = router({
  find: userProcedure
    .input(z.object({ threadId: z.string().min(1).max(200), clientId: clientIdSchema }))
    .output(conversationRefSchema.nullable())
    .query(async ({ ctx, input }) => await findThread(ctx, input)),
  /** As `agent.events` from the beginning, whose type on this side is that of its clients. */
  events: userProcedure
    .input(runRefSchema)
    .query(async ({ ctx, input, signal }) => await runEvents(ctx, input, signalOf(signal))),
});
