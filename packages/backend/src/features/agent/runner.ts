import type { RunnerCore } from '../../context.ts';
import { databaseTrouble } from '../../db/database-errors.ts';
import { withSystemTransaction } from '../../db/transaction.ts';
import { executeRun } from './execute-run.ts';
import { type LeaseKeeper, createLeaseKeeper } from './lease-keeper.ts';
import { repeat } from './repeat.ts';
import { findAbandonedRuns, findQueuedRuns, forgetOtherOwners, releaseRuns } from './run-store.ts';

/** Executes runs on this node. Waking it is a hint: a sweep twice a second finds what nobody was told of. */
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
const SWEEP_MS = 500;
/** How long a node that stops lets tool calls under way end; a model call is given up at once, to be made again. */
const DRAIN_MS = 8_000;
const QUEUED_CHANNEL = 'aura:run-queued';
const CANCEL_CHANNEL = 'aura:run-cancelled';

export function createRunner(core: RunnerCore): Runner {
  const active = new Map<string, { controller: AbortController; done: Promise<void> }>();
  const drain = new AbortController();
  let isStarted = false;
  /** More is queued than this node can take: then the sweep decides whose turn it is, not who comes last. */
  let isBehind = false;
  /** Runs given up while the database was away: this node still has claims on them. */
  const dropped = new Set<string>();
  const parts = new AsyncDisposableStack();
  const abort = (runId: string): void => active.get(runId)?.controller.abort(new Error('the run has ended'));
  const leases: LeaseKeeper = createLeaseKeeper(core, { held: () => [...active.keys()], lose: abort });

  const execute = async (runId: string, signal: AbortSignal): Promise<void> => {
    try {
      const next = await executeRun(core, { runId, signal, drain: drain.signal });
      if (next !== null) runner.wake(next);
    } catch (err) {
      const level = databaseTrouble(err) === null ? 'error' : 'warn';
      dropped.add(runId);
      core.log[level]({ err, runId }, 'a run could not be executed; the sweep tries again');
    } finally {
      active.delete(runId);
    }
  };

  const take = (runId: string): void => {
    if (!isStarted || drain.signal.aborted || active.has(runId) || active.size >= MAX_ACTIVE) return;
    const controller = new AbortController();
    active.set(runId, { controller, done: execute(runId, controller.signal) });
  };

  const releaseDropped = async (): Promise<void> => {
    const runIds = [...dropped].filter((runId) => !active.has(runId));
    if (runIds.length > 0) {
      await withSystemTransaction(
        core,
        async ({ db }) => await releaseRuns(db, { owner: core.nodeId, runIds }),
      );
    }
    for (const runId of runIds) dropped.delete(runId);
  };

  const sweep = async (): Promise<void> => {
    const free = MAX_ACTIVE - active.size;
    if (free <= 0) return;
    await releaseDropped();
    const { queued, abandoned } = await withSystemTransaction(core, async ({ db }) => ({
      abandoned: await findAbandonedRuns(db, free),
      queued: await findQueuedRuns(db, free),
    }));
    isBehind = queued.length >= free;
    // This node may have been frozen (a laptop's lid) rather than dead: what it is executing it renews now.
    for (const runId of abandoned) take(runId);
    for (const runId of queued) take(runId);
  };

  const runner: Runner = {
    wake(runId) {
      if (isStarted && !drain.signal.aborted && !isBehind && active.size < MAX_ACTIVE) take(runId);
      else core.bus.publish(QUEUED_CHANNEL, runId);
    },
    cancel(runId) {
      abort(runId);
      core.bus.publish(CANCEL_CHANNEL, runId);
    },
    async start() {
      isStarted = true;
      const subscriptions = [
        await core.bus.subscribe(CANCEL_CHANNEL, abort),
        await core.bus.subscribe(QUEUED_CHANNEL, (runId) => {
          if (!isBehind) take(runId);
        }),
      ];
      parts.defer(() => {
        for (const subscription of subscriptions) subscription.unsubscribe();
      });
      parts.use(repeat(SWEEP_MS, sweep, core));
      parts.use(leases.start());
      // The embedded database has a single owner, so nobody's lease needs to be waited for.
      if (core.database.kind === 'pglite') {
        await withSystemTransaction(core, async ({ db }) => await forgetOtherOwners(db, core.nodeId));
      }
      await sweep();
    },
    get activeCount() {
      return active.size;
    },
    async [Symbol.asyncDispose]() {
      drain.abort(new Error('the server is stopping'));
      const ending = Promise.all([...active.values()].map(async ({ done }) => await done));
      const timer = setTimeout(() => [...active.keys()].forEach(abort), DRAIN_MS);
      await ending;
      clearTimeout(timer);
      await parts.disposeAsync();
      // Not left to their leases: other nodes take them up at once. A database that is gone must not keep the process.
      const released = await withSystemTransaction(
        core,
        async ({ db }) => await releaseRuns(db, { owner: core.nodeId }),
      ).catch((err: unknown) => {
        core.log.warn({ err }, 'runs under way could not be released at stop; others take them in 4 s');
        return [];
      });
      for (const runId of released) core.bus.publish(QUEUED_CHANNEL, runId);
    },
  };
  return runner;
}
