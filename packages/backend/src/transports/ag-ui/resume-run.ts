import type { ResumeEntry } from '@ag-ui/core';
import type { ApprovalView, ErrorCode } from '@aura/contract';
import { TRPCError } from '@trpc/server';
import { AppError, notFound } from '../../app-error.ts';
import { knownCause } from '../../trpc/errors.ts';
import type { Begun } from './begin-run.ts';
import { type Response, responseSchema } from './interrupt.ts';
import type { RunInput } from './read-run-input.ts';
import type { RunCaller } from './run-caller.ts';

interface Answer {
  approval: ApprovalView;
  /** Null: abandoned. */
  response: Response | null;
}

/**
 * Answers the interrupts of a run, all that are open, and finds the run. Nothing is decided before all of it has been
 * looked at; each decision is one that may be repeated, so the same request again answers the same. Throws NOT_FOUND for an
 * interrupt that is none of the thread's, APPROVAL_PENDING when an open one is left out, and what decisions throw.
 * A call whose tool has changed since is asked for anew, as the next interrupt.
 */
export async function resumeRun(caller: RunCaller, input: RunInput): Promise<Begun> {
  const { procedures } = caller;
  const answers: Answer[] = [];
  for (const entry of input.resume) {
    const approval = await procedures.hitl.get({ approvalId: entry.interruptId });
    answers.push({ approval, response: responseOf(entry) });
  }
  const begun = await runOf(caller, input, answers);
  await assertCovered(caller, begun, answers);
  // First what has been decided already: when that is not what is said here, nothing else is decided.
  const isOpen = ({ approval }: Answer): boolean => approval.status === 'pending';
  for (const answer of [...answers.filter((each) => !isOpen(each)), ...answers.filter(isOpen)]) {
    await decide(caller, answer);
  }
  return begun;
}

function responseOf({ interruptId, status, payload }: ResumeEntry): Response | null {
  if (status === 'cancelled') return null;
  const response = responseSchema.safeParse(payload);
  if (response.success) return response.data;
  throw new AppError('BAD_INPUT', {
    message: `The payload for interrupt ${interruptId} is none: say { approved: true, editedArgs? }, { approved: false, reason? } or { answer }.`,
  });
}

/** All of them are about one run of the thread's conversation. */
async function runOf({ threads }: RunCaller, input: RunInput, answers: readonly Answer[]): Promise<Begun> {
  const found = await threads.find({ threadId: input.threadId, clientId: input.threadKey });
  const [first] = answers;
  const isOne = answers.every(({ approval }) => approval.runId === first?.approval.runId);
  if (first === undefined || !isOne || found?.conversationId !== first.approval.conversationId) {
    throw notFound('approval');
  }
  if (new Set(answers.map(({ approval }) => approval.id)).size < answers.length) {
    throw new AppError('BAD_INPUT', { message: 'An interrupt is answered twice. Answer each once.' });
  }
  return { conversationId: first.approval.conversationId, runId: first.approval.runId };
}

async function assertCovered(
  { procedures }: RunCaller,
  { conversationId, runId }: Begun,
  answers: readonly Answer[],
): Promise<void> {
  // Comes again: what has been asked since is another resume's to answer.
  if (answers.every(({ approval }) => approval.status !== 'pending')) return;
  const { approvals } = await procedures.hitl.list({
    scope: 'involved',
    status: 'pending',
    conversationId,
    limit: 200,
  });
  const missing = approvals.filter(
    ({ id, runId: of }) => of === runId && !answers.some(({ approval }) => approval.id === id),
  );
  if (missing.length === 0) return;
  throw new AppError('APPROVAL_PENDING', {
    message: `Answer all open interrupts at once. Left out: ${missing.map(({ id }) => id).join(', ')}.`,
  });
}

/** Throws what decisions throw, but for what the stream tells better. */
async function decide({ procedures }: RunCaller, { approval, response }: Answer): Promise<void> {
  const { id: approvalId, status } = approval;
  const seen = { approvalId, argsHash: response?.argsHash ?? approval.argsHash };
  if (response === null) {
    // What has ended by itself, or by somebody else, needs no end.
    if (status !== 'pending') return;
    const abandoned = procedures.hitl.reject({ ...seen, reason: 'Abandoned.' });
    await unless(['APPROVAL_EXPIRED', 'APPROVAL_DECIDED'], abandoned);
  } else if (status === 'outdated') {
    // The same is asked anew.
  } else if ('answer' in response) {
    await procedures.hitl.respond({ ...seen, answer: response.answer });
  } else if (response.approved) {
    const { editedArgs, note } = response;
    await unless(['APPROVAL_OUTDATED'], procedures.hitl.approve({ ...seen, editedArgs, note }));
  } else {
    await procedures.hitl.reject({ ...seen, reason: response.reason });
  }
}

async function unless(codes: readonly ErrorCode[], decision: Promise<unknown>): Promise<void> {
  try {
    await decision;
  } catch (err) {
    const known = err instanceof TRPCError ? knownCause(err) : null;
    if (known === null || !codes.includes(known.code)) throw err;
  }
}
