import { appRouter } from '../../app-router.ts';
import type { RequestContext } from '../../context.ts';
import { threadRouter } from '../../features/conversation/thread-router.ts';
import { createCallerFactory } from '../../trpc/trpc.ts';

const createProcedures = createCallerFactory(appRouter);
const createThreads = createCallerFactory(threadRouter);

/** The procedures that a request ends in, called as whoever sent it: the same permissions, limits and errors as all else. */
export interface RunCaller {
  procedures: ReturnType<typeof createProcedures>;
  threads: ReturnType<typeof createThreads>;
}

/** `signal` ends the feeds that are opened. */
export function runCaller(ctx: RequestContext, signal: AbortSignal): RunCaller {
  return { procedures: createProcedures(ctx, { signal }), threads: createThreads(ctx, { signal }) };
}
