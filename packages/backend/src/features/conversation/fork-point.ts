import type { Kysely } from 'kysely';
import { AppError, notFound } from '../../app-error.ts';
import type { Schema } from '../../db/schema.ts';
import type { StepData } from '../../db/step-data.ts';
import { parseCheckpointId } from './checkpoint-id.ts';
import { findKeptRun, readSteps, type RunRow } from './checkpoint-store.ts';
import { keptMessages, type MessageRow } from './conversation-store.ts';
import { stepPlaces } from './step-places.ts';

/**
 * Up to where a conversation is copied. By turns, not by the log alone: a message that was sent while an earlier one was
 * being answered comes after that answer, as it does for the agent.
 */
export interface ForkPoint {
  /** The last message of the copy that is not in mid-run: it and all before it, with what their runs did. */
  upTo: number;
  /** The run of that message, of which only the beginning is copied. Null: it is copied as any other. */
  tail: Tail | null;
}
export interface Tail {
  runId: string;
  /** So many of its steps. */
  steps: number;
  /** What it said up to this place in the log. 0: nothing of the run is copied. */
  cut: number;
  /** What the user said while it was under way, up to this place. */
  saidUpTo: number;
  /** Something is left to do after those steps. */
  canContinue: boolean;
}

interface Place {
  tenantId: string;
  conversationId: string;
}

/** Right after a finished step. Throws NOT_FOUND when there is no such checkpoint (any more). */
export async function pointAfterStep(
  db: Kysely<Schema>,
  { checkpointId, ...place }: Place & { checkpointId: string },
): Promise<ForkPoint> {
  const { runId, step } = parseCheckpointId(checkpointId);
  const turn = await findTurn(db, { ...place, runId });
  if (turn === null || step > turn.steps.length) throw notFound('checkpoint');
  const cut = turn.places[step - 1] ?? 0;
  const canContinue = leavesWork(turn.steps[step - 1]);
  return { upTo: turn.asked.seq, tail: { runId, steps: step, cut, saidUpTo: cut, canContinue } };
}

/** Right after a message: what a run did after it is left out. */
export async function pointAfterMessage(
  db: Kysely<Schema>,
  { messageId, ...place }: Place & { messageId: string },
): Promise<ForkPoint> {
  const { message, turn } = await findMessage(db, { ...place, messageId });
  if (turn === null) return { upTo: message.seq, tail: null };
  const { run, steps, places, asked } = turn;
  const upTo = asked.seq;
  const tail = { runId: run.id, saidUpTo: message.seq };
  if (message.id === asked.id) return { upTo, tail: { ...tail, steps: 0, cut: 0, canContinue: true } };
  const step = steps.findIndex((one, index) =>
    message.role === 'user' ? isReading(one, message.id) : (places[index] ?? 0) >= message.seq,
  );
  if (step !== -1) {
    const [cut = 0, canContinue] = [places[step], leavesWork(steps[step])];
    return { upTo, tail: { ...tail, steps: step + 1, cut, canContinue } };
  }
  // No step tells of it: the run ended before, or its checkpoints are gone.
  const later = await keptMessages(db, place)
    .select('id')
    .where('runId', '=', run.id)
    .where('seq', '>', message.seq)
    .limit(1)
    .executeTakeFirst();
  if (later === undefined && run.lastSeq !== null) return { upTo, tail: null };
  const cut = Math.max(places.at(-1) ?? 0, message.seq);
  return { upTo, tail: { ...tail, steps: steps.length, cut, canContinue: false } };
}

/** Right before something that the user said. Throws BAD_INPUT for what the agent said. */
export async function pointBeforeMessage(
  db: Kysely<Schema>,
  { messageId, ...place }: Place & { messageId: string },
): Promise<{ message: MessageRow; point: ForkPoint }> {
  const { message, turn } = await findMessage(db, { ...place, messageId });
  if (message.role !== 'user') {
    throw new AppError('BAD_INPUT', {
      message: 'Only what a user said can be edited. Fork after an answer.',
    });
  }
  if (turn === null || message.id === turn.asked.id) {
    return { message, point: { upTo: message.seq - 1, tail: null } };
  }
  const { run, steps, places, asked } = turn;
  const reader = steps.findIndex((step) => isReading(step, message.id));
  const kept = reader === -1 ? steps.length : reader;
  const before = kept === 0 ? 0 : (places[kept - 1] ?? 0);
  // Nobody read it: all that was said before it stays.
  const cut = reader === -1 ? Math.max(before, message.seq - 1) : before;
  const tail = { runId: run.id, steps: kept, cut, saidUpTo: message.seq - 1, canContinue: false };
  return { message, point: { upTo: asked.seq, tail } };
}

const isReading = (step: StepData, messageId: string): boolean =>
  step.kind === 'message' && step.messageId === messageId;

const leavesWork = (step: StepData | undefined): boolean =>
  step !== undefined && (step.kind !== 'model' || step.toolCalls.length > 0);

/** A message that asked, its run, the run's steps and where in the log these were finished. */
interface Turn {
  asked: MessageRow;
  run: RunRow;
  steps: StepData[];
  places: number[];
}

async function findTurn(
  db: Kysely<Schema>,
  { runId, ...place }: Place & { runId: string },
): Promise<Turn | null> {
  const run = await findKeptRun(db, { ...place, runId });
  if (run === undefined) return null;
  const asked = await keptMessages(db, place).selectAll().where('id', '=', run.messageId).executeTakeFirst();
  if (asked === undefined) return null;
  const steps = await readSteps(db, { ...place, runId });
  return { asked, run, steps, places: await stepPlaces(db, run, steps) };
}

async function findMessage(
  db: Kysely<Schema>,
  { messageId, ...place }: Place & { messageId: string },
): Promise<{ message: MessageRow; turn: Turn | null }> {
  const message = await keptMessages(db, place).selectAll().where('id', '=', messageId).executeTakeFirst();
  if (message === undefined) throw notFound('message');
  const turn = message.runId === null ? null : await findTurn(db, { ...place, runId: message.runId });
  return { message, turn };
}
