import { applyRunEvent, newRunState, type PlanStep } from '@aura/contract';
import type { RunnerCore } from '../../context.ts';
import type { StepData } from '../../db/step-data.ts';
import { withTransaction } from '../../db/transaction.ts';
import { settleLostUsage } from '../usage/settle-usage.ts';
import { readRunEvents } from './read-run-events.ts';
import type { RunRow } from './run-store.ts';
import { runView } from './run-view.ts';
import { readSteps } from './step-store.ts';

/** What earlier owners of a run have left: all that going on with it needs. */
export interface RunPast {
  steps: StepData[];
  plan: PlanStep[];
  /** A model call that was under way when its owner died: its message and its last attempt. */
  broken: { messageId: string; attempt: number } | null;
}

export const NO_PAST: RunPast = { steps: [], plan: [], broken: null };

/** Reads a claimed run's past from the tables and the log, and settles the usage of what was lost with its owner. */
export async function readRunPast(core: RunnerCore, run: RunRow): Promise<RunPast> {
  const { tenantId, userId } = run;
  return await withTransaction({ ...core, caller: { tenantId, userId } }, async (tx) => {
    const steps = (await readSteps(tx.db, [run.id])).get(run.id) ?? [];
    await settleLostUsage(tx, run, core.config.rates?.[run.model]);
    const last = await tx.db
      .selectFrom('usageEntries')
      .select(['messageId', 'attempt'])
      .where('tenantId', '=', tenantId)
      .where('runId', '=', run.id)
      .where('step', '=', steps.length + 1)
      .orderBy('attempt', 'desc')
      .limit(1)
      .executeTakeFirst();
    const planned = await readRunEvents(tx.db, run, ['plan_step', 'plan_step_update']);
    const { items } = planned.reduce(applyRunEvent, newRunState(runView(run)));
    return {
      steps,
      plan: items.flatMap((item) => (item.kind === 'plan' ? item.steps : [])),
      broken:
        last === undefined || last.messageId === null
          ? null
          : { messageId: last.messageId, attempt: last.attempt },
    };
  });
}
