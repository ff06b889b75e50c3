import type { RunError } from '@aura/contract';
import type { RunnerCore } from '../../context.ts';
import { withSystemTransaction } from '../../db/transaction.ts';
import { executeRun } from './execute-run.ts';
import { finishRun } from './finish-run.ts';
import { findDueRuns, renewLeases } from './run-store.ts';

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
  let timers: NodeJS.Timeout[] = [];
  let cancelled: { unsubscribe(): void } | null = null;

  const execute = async (runId: string, signal: AbortSignal): Promise<void> => {
    const run = await withSystemTransaction(
      core,
      async ({ db }) =>
        await db.selectFrom('runs').select('tenantId').where('id', '=', runId).executeTakeFirst(),
    );
    if (run !== undefined) await executeRun(core, { runId, tenantId: run.tenantId, signal });
  };

  const take = (runId: string): void => {
    if (!isStarted || stop.signal.aborted || active.has(runId) || active.size >= MAX_ACTIVE) return;
    const controller = new AbortController();
    const done = execute(runId, AbortSignal.any([controller.signal, stop.signal]))
      .catch((err: unknown) =>
        core.log.error({ err, runId }, 'a run could not be executed; the sweep tries again'),
      )
      .finally(() => active.delete(runId));
    active.set(runId, { controller, done });
  };

  const abort = (runId: string): void => active.get(runId)?.controller.abort(new Error('the run has ended'));

  const sweep = async (): Promise<void> => {
    const due = await withSystemTransaction(core, async ({ db }) => await findDueRuns(db, 100));
    for (const { id, status } of due) {
      if (status === 'queued') take(id);
      else if (!active.has(id)) await endInterrupted(core, id);
    }
  };

  const renew = async (): Promise<void> => {
    const runIds = [...active.keys()];
    if (runIds.length === 0) return;
    const held = await withSystemTransaction(
      core,
      async ({ db }) => await renewLeases(db, { owner: core.nodeId, runIds }),
    );
    const lost = runIds.filter((id) => !held.includes(id));
    if (lost.length === 0) return;
    // Not claimed yet, or ended just now by their own hand: only a run that runs elsewhere or nowhere is lost.
    const gone = await withSystemTransaction(
      core,
      async ({ db }) =>
        await db
          .selectFrom('runs')
          .select('id')
          .where('id', 'in', lost)
          .where('status', '<>', 'queued')
          .execute(),
    );
    for (const { id } of gone) if (!held.includes(id)) abort(id);
  };

  return {
    wake: take,
    cancel(runId) {
      abort(runId);
      core.bus.publish(CANCEL_CHANNEL, runId);
    },
    async start() {
      isStarted = true;
      cancelled = await core.bus.subscribe(CANCEL_CHANNEL, abort);
      timers = [every(SWEEP_MS, sweep, core), every(RENEW_MS, renew, core)];
      await sweep();
    },
    get activeCount() {
      return active.size;
    },
    async [Symbol.asyncDispose]() {
      for (const timer of timers) clearInterval(timer);
      cancelled?.unsubscribe();
      const executing = [...active];
      stop.abort(new Error('the server is stopping'));
      await Promise.all(executing.map(async ([, { done }]) => await done));
      // Not left to their leases: readers should see at once that nobody is answering any more.
      const ended = await Promise.allSettled(
        executing.map(async ([runId]) => await endInterrupted(core, runId)),
      );
      for (const result of ended) {
        if (result.status === 'rejected') {
          core.log.warn({ err: result.reason }, 'could not end a run at stop');
        }
      }
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

async function endInterrupted(core: RunnerCore, runId: string): Promise<void> {
  const run = await withSystemTransaction(
    core,
    async ({ db }) =>
      await db
        .selectFrom('runs')
        .select(['tenantId', 'userId', 'conversationId', 'fence'])
        .where('id', '=', runId)
        .executeTakeFirst(),
  );
  if (run === undefined) return;
  const { fence, ...place } = run;
  await finishRun(core, place, { runId, fence, status: 'failed', error: INTERRUPTED });
}
