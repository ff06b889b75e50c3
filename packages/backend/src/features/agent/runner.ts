import type { RunError } from '@aura/contract';
import type { RunnerCore } from '../../context.ts';
import { withSystemTransaction } from '../../db/transaction.ts';
import { executeRun } from './execute-run.ts';
import { finishRun } from './finish-run.ts';
import {
  findAbandonedRuns,
  findHeldRuns,
  findLostRuns,
  findQueuedRuns,
  renewLeases,
  type RunRow,
} from './run-store.ts';

/** Executes runs on this node. Waking it is a hint: a sweep every second finds what nobody was told of. */
export interface Runner extends AsyncDisposable {
  /** A run may be there to be claimed. */
  wake(runId: string): void;
  /** A run has ended otherwise (stopped, deleted): whoever executes it, on any node, may stop now. */
  cancel(runId: string): void;
  /** Starts claiming and sweeping. */
  start(): Promise<void>;
  /** Runs this node is executing. */
  readonly activeCount: number;
}

const MAX_ACTIVE = 500;
const SWEEP_MS = 1_000;
const RENEW_MS = 1_500;
const SWEEP_LIMIT = 100;
const QUEUED_CHANNEL = 'aura:run-queued';
const CANCEL_CHANNEL = 'aura:run-cancelled';

const INTERRUPTED: RunError = {
  code: 'interrupted',
  message:
    'The server that was answering went away. What it had said is kept; send the message again to go on.',
  retryable: true,
};

export function createRunner(core: RunnerCore): Runner {
  const active = new Map<string, { controller: AbortController; done: Promise<void> }>();
  const stop = new AbortController();
  let isStarted = false;
  /** More is queued than this node can take: then the sweep decides whose turn it is, not who comes last. */
  let isBehind = false;
  let timers: NodeJS.Timeout[] = [];
  const subscriptions: { unsubscribe(): void }[] = [];

  const take = (runId: string): void => {
    if (!isStarted || stop.signal.aborted || active.has(runId) || active.size >= MAX_ACTIVE) return;
    const controller = new AbortController();
    const signal = AbortSignal.any([controller.signal, stop.signal]);
    const done = executeRun(core, { runId, signal })
      .catch((err: unknown) =>
        core.log.error({ err, runId }, 'a run could not be executed; the sweep tries again'),
      )
      .finally(() => active.delete(runId));
    active.set(runId, { controller, done });
  };

  const abort = (runId: string): void => active.get(runId)?.controller.abort(new Error('the run has ended'));

  const sweep = async (): Promise<void> => {
    const free = MAX_ACTIVE - active.size;
    const { queued, abandoned } = await withSystemTransaction(core, async ({ db }) => ({
      queued: free > 0 ? await findQueuedRuns(db, free) : [],
      abandoned: await findAbandonedRuns(db, SWEEP_LIMIT),
    }));
    isBehind = queued.length >= free;
    for (const runId of queued) take(runId);
    // This node may have been frozen (a laptop's lid) rather than dead: what it is executing it renews now.
    await endAllInterrupted(
      core,
      abandoned.filter(({ id }) => !active.has(id)),
    );
  };

  const renew = async (): Promise<void> => {
    const claim = { owner: core.nodeId, runIds: [...active.keys()] };
    if (claim.runIds.length === 0) return;
    const lost = await withSystemTransaction(core, async ({ db }) => {
      await renewLeases(db, claim);
      return await findLostRuns(db, claim);
    });
    for (const runId of lost) abort(runId);
  };

  return {
    wake(runId) {
      if (isStarted && !isBehind && active.size < MAX_ACTIVE) take(runId);
      else core.bus.publish(QUEUED_CHANNEL, runId);
    },
    cancel(runId) {
      abort(runId);
      core.bus.publish(CANCEL_CHANNEL, runId);
    },
    async start() {
      isStarted = true;
      subscriptions.push(await core.bus.subscribe(CANCEL_CHANNEL, abort));
      subscriptions.push(
        await core.bus.subscribe(QUEUED_CHANNEL, (runId) => {
          if (!isBehind) take(runId);
        }),
      );
      timers = [every(SWEEP_MS, sweep, core), every(RENEW_MS, renew, core)];
      await sweep();
    },
    get activeCount() {
      return active.size;
    },
    async [Symbol.asyncDispose]() {
      for (const timer of timers) clearInterval(timer);
      for (const subscription of subscriptions) subscription.unsubscribe();
      const executing = [...active.values()];
      stop.abort(new Error('the server is stopping'));
      await Promise.all(executing.map(async ({ done }) => await done));
      // Not left to their leases: readers should see at once that nobody is answering any more.
      const ending = withSystemTransaction(core, async ({ db }) => await findHeldRuns(db, core.nodeId));
      // A database that is gone must not keep the process from stopping; another node's sweep ends them.
      await ending
        .then(async (held) => await endAllInterrupted(core, held))
        .catch((err: unknown) => core.log.warn({ err }, 'runs under way could not be ended at stop'));
    },
  };
}

/** Repeats `work`, never twice at a time; a failure is logged and the next round tries again. */
function every(ms: number, work: () => Promise<void>, { log }: Pick<RunnerCore, 'log'>): NodeJS.Timeout {
  let isUnderWay = false;
  const timer = setInterval(() => {
    if (isUnderWay) return;
    isUnderWay = true;
    work()
      .catch((err: unknown) => log.warn({ err }, 'a sweep over runs failed'))
      .finally(() => {
        isUnderWay = false;
      });
  }, ms);
  timer.unref();
  return timer;
}

/** One that cannot be ended now does not keep the others from it. */
async function endAllInterrupted(core: RunnerCore, runs: readonly RunRow[]): Promise<void> {
  for (const { id: runId, fence, leaseUntil, tenantId, userId, conversationId } of runs) {
    const place = { tenantId, userId, conversationId };
    const ending = { runId, fence, leaseUntil, status: 'failed', error: INTERRUPTED } as const;
    await finishRun(core, place, ending).catch((err: unknown) =>
      core.log.error({ err, runId }, 'an interrupted run could not be ended; the sweep tries again'),
    );
  }
}
