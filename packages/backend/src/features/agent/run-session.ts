import { randomUUID } from 'node:crypto';
import type { PlanStep, RunEvent, Usage } from '@aura/contract';
import type { RunnerCore } from '../../context.ts';
import { jsonText } from '../../db/json-text.ts';
import { type Tx, withTransaction } from '../../db/transaction.ts';
import type { Unplaced } from '../../realtime/event.ts';
import { FencedError } from '../../realtime/group-writer.ts';
import { recordEvents } from '../conversation/announce-conversation.ts';
import { finishRun, type RunPlace } from './finish-run.ts';
import { lockRun, type RunRow } from './run-store.ts';
import type { StepData } from '../../db/step-data.ts';
import type { RunEnding } from './end-run.ts';

/**
 * A claimed run in the hands of its owner. Everything written through it carries the claim's fence; the first write
 * that finds the claim gone throws `FencedError`, and the owner must then stop without writing.
 */
export class RunSession {
  readonly run: RunRow;
  readonly signal: AbortSignal;
  readonly #core: RunnerCore;
  readonly steps: StepData[] = [];
  plan: PlanStep[] = [];

  constructor(core: RunnerCore, run: RunRow, signal: AbortSignal) {
    this.#core = core;
    this.run = run;
    this.signal = signal;
  }

  get core(): RunnerCore {
    return this.#core;
  }

  get place(): RunPlace {
    const { tenantId, userId, conversationId } = this.run;
    return { tenantId, userId, conversationId };
  }

  newMessageId(): string {
    return randomUUID();
  }

  /** Appends what readers should see at once; together with what other runs append right now. */
  async say(events: Unplaced<RunEvent>[]): Promise<void> {
    const { id, tenantId, conversationId, fence } = this.run;
    await this.#core.groupWriter.append({
      tenantId,
      streamId: conversationId,
      events,
      claim: { runId: id, fence },
    });
  }

  /** Stores finished steps with the events that show them: a checkpoint. */
  async checkpoint(
    steps: StepData[],
    events: Unplaced<RunEvent>[],
    usage: Usage | null = null,
  ): Promise<void> {
    const from = this.steps.length;
    await withTransaction({ ...this.#core, caller: this.place }, async (tx) => {
      const current = await lockRun(tx.db, this.run.id);
      if (current?.fence !== this.run.fence || current.status !== 'running') {
        throw new FencedError('the claim is gone');
      }
      await this.#store(tx, { steps, from, usage });
      await recordEvents(tx, { id: this.run.conversationId, tenantId: this.run.tenantId }, events);
    });
    this.steps.push(...steps);
  }

  /** Ends the run as its owner, with the last steps and events of the same moment. */
  async end(
    ending: Omit<RunEnding, 'runId' | 'fence'>,
    last: { steps: StepData[]; events: Unplaced<RunEvent>[]; usage: Usage | null } = {
      steps: [],
      events: [],
      usage: null,
    },
  ): Promise<void> {
    const from = this.steps.length;
    const { id: runId, fence } = this.run;
    const hasEnded = await finishRun(
      this.#core,
      this.place,
      { ...ending, runId, fence },
      {
        before: async (tx) => await this.#store(tx, { steps: last.steps, from, usage: last.usage }),
        events: last.events,
      },
    );
    if (!hasEnded) throw new FencedError('the claim is gone');
  }

  /** Keeps the plan that the next `update_plan` starts from. */
  applyToPlan(events: readonly Unplaced<RunEvent>[]): void {
    for (const event of events) {
      if (event.type === 'plan_step') this.plan.push({ ...event.data });
      if (event.type !== 'plan_step_update') continue;
      const { stepId, status } = event.data;
      this.plan = this.plan.map((step) => (step.stepId === stepId ? { ...step, status } : step));
    }
  }

  async #store(
    tx: Tx,
    { steps, from, usage }: { steps: StepData[]; from: number; usage: Usage | null },
  ): Promise<void> {
    const { id: runId, tenantId } = this.run;
    const rows = steps.map((step, offset) => ({
      runId,
      index: from + offset,
      tenantId,
      kind: step.kind,
      data: jsonText(step),
    }));
    if (rows.length > 0) await tx.db.insertInto('steps').values(rows).execute();
    if (usage === null) return;
    await tx.db
      .updateTable('runs')
      .set((eb) => ({
        inputTokens: eb('inputTokens', '+', usage.inputTokens),
        outputTokens: eb('outputTokens', '+', usage.outputTokens),
      }))
      .where('id', '=', runId)
      .execute();
  }
}
