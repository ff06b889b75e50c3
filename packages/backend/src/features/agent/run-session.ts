import { randomUUID } from 'node:crypto';
import type { PlanStep, RunEvent } from '@aura/contract';
import type { RunnerCore } from '../../context.ts';
import type { StepData, ToolCall } from '../../db/step-data.ts';
import { type Tx, withTransaction } from '../../db/transaction.ts';
import type { Append } from '../../realtime/append.ts';
import type { Unplaced } from '../../realtime/event.ts';
import { FencedError } from '../../realtime/group-writer.ts';
import { recordEvents } from '../conversation/announce-conversation.ts';
import type { RunEnding } from './end-run.ts';
import { type Finish, finishRun, type RunPlace } from './finish-run.ts';
import { placeAnswers } from './place-answers.ts';
import type { RunPast } from './read-run-past.ts';
import { DEFAULT_BUDGETS, exceededBudget } from './run-budget.ts';
import { keepClaim, type PlacedRun, setWaiting } from './run-store.ts';
import { insertSteps } from './step-store.ts';

/** What the log says when a write was refused because its claim is gone. */
export const FENCED = 'fenced: the run has ended or has another owner';

/**
 * A claimed run in the hands of its owner. Everything written through it carries the claim's fence; the first write
 * that finds the claim gone throws `FencedError`, and the owner must then stop without writing.
 */
export class RunSession implements Disposable {
  readonly core: RunnerCore;
  readonly run: PlacedRun;
  /** Aborts when the claim is lost or the run has ended: stop at once. */
  readonly signal: AbortSignal;
  /** Aborts when this node stops: give the run up at the next step. */
  readonly drain: AbortSignal;
  readonly steps: StepData[];
  plan: PlanStep[];
  /** Calls that this claim's own answer asked for and nothing was done about yet. */
  #fresh: ReadonlySet<string> = new Set();
  /** Where a model call of an earlier owner broke off. */
  #broken: RunPast['broken'];
  #patience = 30;
  readonly #claimedAtMs = performance.now();
  readonly #time = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(
    core: RunnerCore,
    { run, past }: { run: PlacedRun; past: RunPast },
    { signal, drain }: { signal: AbortSignal; drain: AbortSignal },
  ) {
    this.core = core;
    this.run = run;
    this.signal = signal;
    this.drain = drain;
    this.steps = [...past.steps];
    this.plan = [...past.plan];
    this.#broken = past.broken;
    const { runActiveMs } = { ...DEFAULT_BUDGETS, ...core.config.budgets };
    const leftMs = Math.max(0, runActiveMs - run.activeMs);
    this.#timer = setTimeout(() => this.#time.abort(new Error('the run is out of time')), leftMs);
    this.#timer.unref();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  get place(): RunPlace {
    const { tenantId, userId, conversationId } = this.run;
    return { tenantId, userId, conversationId };
  }

  /** Time under claims so far, this one included. */
  get activeMs(): number {
    return this.run.activeMs + (performance.now() - this.#claimedAtMs);
  }

  /** How many steps the run has; the next one's number is one more. */
  get nextStep(): number {
    return this.steps.length + 1;
  }

  /** The message and attempt of the next model call: after a broken one, those that replace its words before readers. */
  takeMessage(): { messageId: string; attempt: number; isRepeat: boolean } {
    const broken = this.#broken;
    this.#broken = null;
    if (broken === null) return { messageId: randomUUID(), attempt: 1, isRepeat: false };
    return { messageId: broken.messageId, attempt: broken.attempt + 1, isRepeat: true };
  }

  /** What a model call may take: aborts also when the node stops or the run's time is up. */
  get modelSignal(): AbortSignal {
    return AbortSignal.any([this.signal, this.drain, this.#time.signal]);
  }

  /** Why the run may not take another step, in words for the user; null when it may. */
  get exceeded(): string | null {
    return exceededBudget({ ...DEFAULT_BUDGETS, ...this.core.config.budgets }, this);
  }

  /** The run has worked for as long as it may. */
  get isOutOfTime(): boolean {
    return this.#time.signal.aborted;
  }

  /** Lets a moment pass for a tool that may come back; false once it has been away for half a minute. */
  async hasPatience(): Promise<boolean> {
    if (this.#patience === 0) return false;
    this.#patience--;
    await this.core.clock.pause(1_000, this.modelSignal);
    return true;
  }

  /** Calls that the model's last answer asked for and that have no result yet. */
  unfinishedCalls(): ToolCall[] {
    const asked = this.steps.findLast((step) => step.kind === 'model')?.toolCalls ?? [];
    const settled = new Set(this.steps.flatMap((step) => (step.kind === 'tool' ? [step.toolCallId] : [])));
    return asked.filter(({ id }) => !settled.has(id));
  }

  /** True once for calls that this session has just been given by the model: nobody can have left anything of them. */
  isFirstLook(calls: readonly ToolCall[]): boolean {
    const isFirst = calls.every(({ id }) => this.#fresh.has(id));
    this.#fresh = new Set();
    return isFirst;
  }

  /** Stores a model's answer with the usage it took, and what is to be seen of it. */
  async answered(
    step: StepData,
    events: Unplaced<RunEvent>[],
    also: (tx: Tx) => Promise<void>,
  ): Promise<void> {
    await this.checkpoint([step], events, also);
    this.#fresh = new Set(step.kind === 'model' ? step.toolCalls.map(({ id }) => id) : []);
  }

  /** Appends what readers should see at once; together with what other runs append right now. */
  async say(events: Unplaced<RunEvent>[]): Promise<void> {
    const { id, tenantId, conversationId, fence } = this.run;
    try {
      await this.core.groupWriter.append({
        tenantId,
        streamId: conversationId,
        events,
        claim: { runId: id, fence },
      });
    } catch (err) {
      // Said here: by the time the owner hears of it, it may have stopped for another reason.
      if (err instanceof FencedError) this.core.log.info({ runId: id, fence }, FENCED);
      throw err;
    }
  }

  /** Stores finished steps with the events that show them: a checkpoint. `also` writes what belongs to it. */
  async checkpoint(
    steps: StepData[],
    events: Unplaced<RunEvent>[],
    also: (tx: Tx) => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    await withTransaction({ ...this.core, caller: this.place }, async (tx) => {
      await this.keepClaim(tx, { hasProgress: steps.length > 0 });
      await this.#store(tx, steps);
      await also(tx);
      const { conversationId: id, tenantId } = this.run;
      await recordEvents(tx, { id, tenantId }, await placeAnswers(tx, this.run, events));
    });
    this.steps.push(...steps);
  }

  /** Gives the run up until somebody decides. The caller holds the conversation's lock and has the claim. */
  async wait(tx: Tx, said: { events: Unplaced<RunEvent>[]; notices: Append[] }): Promise<void> {
    await setWaiting(tx.db, this.run.id);
    const { conversationId: id, tenantId } = this.run;
    await recordEvents(tx, { id, tenantId }, said.events, said.notices);
  }

  /** Ends the run as its owner, with the last steps and events of the same moment. */
  async end(
    ending: Omit<RunEnding, 'runId' | 'fence'>,
    last: {
      steps?: StepData[];
      events?: Unplaced<RunEvent>[];
      /** Answers false when the run must go on after all. */
      before?: (tx: Tx) => Promise<boolean>;
    } = {},
  ): Promise<Exclude<Finish, { kind: 'gone' }>> {
    const { id: runId, fence } = this.run;
    const { steps = [], events = [], before = () => Promise.resolve(true) } = last;
    const finish = await finishRun(this.core, this.place, { ...ending, runId, fence }, async (tx) => {
      await this.keepClaim(tx, { hasProgress: true });
      if (!(await before(tx))) return null;
      await this.#store(tx, steps);
      return await placeAnswers(tx, this.run, events);
    });
    if (finish.kind === 'gone') throw new FencedError('the claim is gone');
    return finish;
  }

  /** Locks the run and proves that the claim still holds, in the transaction of what is written under it. */
  async keepClaim(tx: Tx, progress: { hasProgress: boolean }): Promise<void> {
    if (!(await keepClaim(tx.db, this.run, progress))) throw new FencedError('the claim is gone');
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

  async #store({ db }: Tx, steps: readonly StepData[]): Promise<void> {
    await insertSteps(db, this.run, { after: this.steps.length, steps });
  }
}
