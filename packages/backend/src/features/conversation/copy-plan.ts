import { randomUUID } from 'node:crypto';
import { FORK_LIMITS, type RunError } from '@aura/contract';
import type { Kysely } from 'kysely';
import { AppError } from '../../app-error.ts';
import type { Schema } from '../../db/schema.ts';
import type { StepData } from '../../db/step-data.ts';
import { findRunsAskedUpTo, readSteps, type RunRow } from './checkpoint-store.ts';
import { keptMessages, type MessageRow } from './conversation-store.ts';
import type { ForkPoint, Tail } from './fork-point.ts';
import { stepPlaces } from './step-places.ts';

/** A run as it is going to be in the copy. */
export interface RunCopy {
  original: RunRow;
  id: string;
  /** So many of its steps are copied. */
  steps: number;
  /** What it said up to this place in the log. */
  cut: number;
  /** How the copy stands; null: it goes on. */
  ending: { status: 'completed' | 'failed' | 'cancelled'; error: RunError | null } | null;
}

/** What is copied from a conversation, by the ids of the originals. */
export interface CopyPlan {
  /** What users said, and what was put into the conversation without a run; the earliest first. */
  messages: MessageRow[];
  runs: ReadonlyMap<string, RunCopy>;
  /** The names that messages get in the copy. */
  messageIds: Map<string, string>;
}

/** A run without its own end is over when the last of its steps answers without asking for a tool. */
const endingAfter = (last: StepData | undefined): NonNullable<RunCopy['ending']> => ({
  status: last?.kind === 'model' && last.toolCalls.length === 0 ? 'completed' : 'cancelled',
  error: null,
});

export function tooMuchToCopy(): AppError {
  const { messages, bytes } = FORK_LIMITS;
  return new AppError('PAYLOAD_TOO_LARGE', {
    message: `More than ${messages} messages or ${bytes} bytes cannot be copied. Fork from an earlier place.`,
  });
}

/**
 * Decides what of a conversation is copied; reads rows only. The caller holds the conversation's lock. Throws
 * PAYLOAD_TOO_LARGE when there are too many messages.
 */
export async function planCopy(
  db: Kysely<Schema>,
  { tenantId, conversationId, point }: { tenantId: string; conversationId: string; point: ForkPoint },
): Promise<CopyPlan> {
  const { upTo, tail } = point;
  const originals = await findRunsAskedUpTo(db, {
    tenantId,
    conversationId,
    upTo,
    limit: FORK_LIMITS.messages + 1,
  });
  if (originals.length > FORK_LIMITS.messages) throw tooMuchToCopy();
  const runs = new Map<string, RunCopy>();
  for (const original of originals) {
    const copy =
      original.id === tail?.runId ? await copyOfTail(db, original, tail) : await copyOf(db, original);
    if (copy !== null) runs.set(original.id, copy);
  }
  const rows = await keptMessages(db, { tenantId, conversationId })
    .selectAll()
    .where((eb) => eb.or([eb('role', '=', 'user'), eb('runId', 'is', null)]))
    // What was said into a run can stand after the message that the copy ends with.
    .where((eb) => eb.or([eb('seq', '<=', upTo), eb('runId', '=', eb.fn.any(eb.val([...runs.keys()])))]))
    .orderBy('seq')
    .limit(FORK_LIMITS.messages + 1)
    .execute();
  if (rows.length > FORK_LIMITS.messages) throw tooMuchToCopy();
  const messages = rows.filter(({ seq, runId }) => {
    if (seq <= upTo) return true;
    if (runId === null || !runs.has(runId)) return false;
    return runId !== tail?.runId || seq <= tail.saidUpTo;
  });
  return { messages, runs, messageIds: new Map(messages.map(({ id }) => [id, randomUUID()])) };
}

async function copyOfTail(
  db: Kysely<Schema>,
  original: RunRow,
  { steps: count, cut }: Tail,
): Promise<RunCopy | null> {
  if (cut === 0) return null;
  const steps = await readSteps(db, { tenantId: original.tenantId, runId: original.id });
  return { original, id: randomUUID(), steps: count, cut, ending: endingAfter(steps[count - 1]) };
}

/** One that has ended is copied whole; one that has not, as far as it has got. Null: it has done nothing yet. */
async function copyOf(db: Kysely<Schema>, original: RunRow): Promise<RunCopy | null> {
  const { status, error } = original;
  if (status === 'completed' || status === 'failed' || status === 'cancelled') {
    const cut = Number.MAX_SAFE_INTEGER;
    return { original, id: randomUUID(), steps: cut, cut, ending: { status, error } };
  }
  const steps = await readSteps(db, { tenantId: original.tenantId, runId: original.id });
  const cut = (await stepPlaces(db, original, steps)).at(-1);
  if (cut === undefined) return null;
  return { original, id: randomUUID(), steps: steps.length, cut, ending: endingAfter(steps.at(-1)) };
}
