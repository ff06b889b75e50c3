import { isDeepStrictEqual } from 'node:util';
import type { ApprovalView, Json } from '@aura/contract';
import { AppError, notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { storableJson, storableText } from '../../db/json-text.ts';
import { type Tx, withTransaction } from '../../db/transaction.ts';
import { makeRunnable } from '../agent/make-runnable.ts';
import type { ToolSet } from '../agent/tool-registry.ts';
import { ToolInputError } from '../agent/tool.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Viewer } from '../chat/room-standing.ts';
import { recordEvents } from '../conversation/announce-conversation.ts';
import { approvalAfter, transitionOf } from './approval-machine.ts';
import { approvalNotices } from './approval-notices.ts';
import { refusalToDecide } from './approval-policy.ts';
import { type ApprovalRow, type Decision, resolveApproval } from './approval-store.ts';
import { approvalView } from './approval-view.ts';
import { holdApproval } from './hold-approval.ts';
import { isOutdated, outdated } from './outdated-approval.ts';
import { refusalByPolicy } from './refusal-by-policy.ts';
import { resolvedEvent } from './resolved-event.ts';

export interface DecisionInput {
  approvalId: string;
  /** Of what the person saw. */
  argsHash: string;
  clientId?: string | undefined;
}

export type Choice =
  | { kind: 'approve'; editedArgs: Json | undefined; note: string | undefined }
  | { kind: 'reject'; reason: string | undefined }
  | { kind: 'respond'; answer: Json };

const MAX_ANSWER_CHARS = 64_000;

/**
 * Decides an approval, once, whoever else decides at the same time: one conditional update in the transaction that says
 * so to everybody and makes the run runnable. The same decision of the same person again answers the same; everybody
 * else gets APPROVAL_DECIDED with who was faster. Every refusal is audited.
 */
export async function decideApproval(
  ctx: CallerContext,
  input: DecisionInput,
  choice: Choice,
): Promise<ApprovalView> {
  // Before the transaction: tools may have to be asked for over the network.
  const tools = await ctx.tools.of(ctx.caller.tenantId);
  const outcome = await withTransaction(ctx, async (tx) => {
    const decided = await decide(tx, ctx, { input, choice, tools });
    if (decided.kind === 'refused') {
      const { code } = decided.error;
      const data = {
        reason: code,
        choice: choice.kind,
        argsHash: input.argsHash,
        byKey: ctx.caller.scopes !== null,
      };
      await writeAudit(tx, ctx, { action: 'hitl.refused', subject: input.approvalId, data });
    }
    return decided;
  });
  if (outcome.wakes !== null) ctx.runner.wake(outcome.wakes);
  if (outcome.kind === 'refused') throw outcome.error;
  return outcome.approval;
}

type Outcome =
  | { kind: 'decided'; approval: ApprovalView; wakes: string | null }
  | { kind: 'refused'; error: AppError; wakes: string | null };

interface Wanted {
  input: DecisionInput;
  choice: Choice;
  tools: ToolSet;
}

async function decide(tx: Tx, ctx: CallerContext, { input, choice, tools }: Wanted): Promise<Outcome> {
  const held = await holdApproval(tx, ctx.caller, input.approvalId);
  if (held === null) return refused(notFound('approval'));
  const { row, viewer } = held;
  const refusal = refusalOf(row, { viewer, input, choice, tools });
  if (refusal === 'repeated') return { kind: 'decided', approval: approvalView(row), wakes: null };
  if (refusal !== null) return refused(refusal);
  if (choice.kind === 'approve' && isOutdated(row, tools)) {
    await resolve(tx, ctx, row, { status: 'outdated', decidedBy: null, reason: 'The tool has changed.' });
    return { kind: 'refused', error: outdated(), wakes: row.runId };
  }
  const decision = decisionOf(row, choice, { userId: viewer.userId, tools });
  if (decision instanceof AppError) return refused(decision);
  if (choice.kind === 'approve') {
    const policy = { viewer, code: ctx.approvalPolicy, tools };
    const forbidden = await refusalByPolicy(tx, policy, row, decision.editedArgs);
    if (forbidden !== null) return refused(forbidden);
  }
  const resolved = await resolve(tx, ctx, row, { ...decision, decisionKey: input.clientId ?? null });
  return { kind: 'decided', approval: approvalView(resolved), wakes: row.runId };
}

const refused = (error: AppError): Outcome => ({ kind: 'refused', error, wakes: null });

async function resolve(
  tx: Tx,
  ctx: CallerContext,
  row: ApprovalRow,
  decision: Decision,
): Promise<ApprovalRow> {
  const { tenantId, id: approvalId, argsHash } = row;
  const resolved = await resolveApproval(tx.db, { tenantId, approvalId, argsHash }, decision);
  if (resolved === undefined) throw new Error('an approval changed under its lock');
  await makeRunnable(tx, row.runId);
  // The hint after the commit is faster, but may be lost with this process.
  await ctx.jobs.enqueue(tx, { name: 'run.wake', data: { tenantId, runId: row.runId } });
  await writeAudit(tx, ctx, {
    action: `hitl.${resolved.status}`,
    subject: approvalId,
    data: {
      tool: row.toolName,
      argsHash,
      isEdited: resolved.editedArgs !== null,
      byKey: ctx.caller.scopes !== null,
    },
  });
  const notices = await approvalNotices(tx.db, tenantId, [approvalView(resolved)]);
  await recordEvents(tx, { id: row.conversationId, tenantId }, [resolvedEvent(resolved)], notices);
  return resolved;
}

/** Why the caller may not decide this now; `repeated` when it is what the caller has decided already. */
function refusalOf(
  row: ApprovalRow & { isOverdue: boolean },
  { viewer, input, choice, tools }: Wanted & { viewer: Viewer },
): AppError | 'repeated' | null {
  const forbidden = refusalToDecide(approvalView(row), viewer);
  if (forbidden !== null) return new AppError('FORBIDDEN', { message: forbidden });
  if (input.argsHash !== row.argsHash) {
    return new AppError('APPROVAL_MISMATCH', {
      message:
        'This decision is about other arguments than those asked for. Load the approval again and decide anew.',
    });
  }
  const decision = {
    status: row.status,
    decidedAt: row.decidedAt?.toISOString() ?? null,
    decidedBy: row.decidedBy,
  };
  if (row.status === 'expired' || (row.status === 'pending' && row.isOverdue)) {
    return new AppError('APPROVAL_EXPIRED', {
      message: 'Nobody decided in time, so the agent goes on without. Ask it again if it is still wanted.',
      decision,
    });
  }
  if (approvalAfter(row.status, transitionOf(choice.kind)) === null) {
    if (row.decidedBy === viewer.userId && isRepeat(row, { input, choice, tools })) return 'repeated';
    return new AppError('APPROVAL_DECIDED', {
      message: `This has been decided already: ${row.status}. Nothing was changed.`,
      decision,
    });
  }
  const wanted = choice.kind === 'approve' && choice.editedArgs !== undefined ? 'edit' : choice.kind;
  if (!row.allowed.includes(wanted)) {
    return new AppError('BAD_INPUT', { message: `Here one may only ${row.allowed.join(' or ')}.` });
  }
  return null;
}

/** Under the `clientId` of the decision, or the same as it was kept: edited arguments as the tool reads them. */
function isRepeat(row: ApprovalRow, { input, choice, tools }: Wanted): boolean {
  const isSameCall = input.clientId !== undefined && input.clientId === row.decisionKey;
  switch (choice.kind) {
    case 'approve':
      if (row.status !== 'approved') return false;
      return isSameCall || isDeepStrictEqual(row.editedArgs, editedArgs(row, choice.editedArgs, tools));
    case 'reject':
      return row.status === 'rejected';
    case 'respond':
      return row.status === 'answered' && (isSameCall || isDeepStrictEqual(row.answer, choice.answer));
  }
}

/** As the row keeps them; the error when they do not fit the tool or cannot be checked. */
function editedArgs(row: ApprovalRow, edited: Json | undefined, tools: ToolSet): Json | AppError {
  if (edited === undefined) return null;
  const tool = tools.find(row.toolName);
  if (tool === undefined) {
    return new AppError('UNAVAILABLE', {
      message: `The tool ${row.toolName} cannot be reached now, so the arguments cannot be checked. Try again later.`,
    });
  }
  try {
    return storableJson(tool.parse(edited));
  } catch (err) {
    if (err instanceof ToolInputError) return new AppError('BAD_INPUT', { message: err.message, cause: err });
    throw err;
  }
}

/** The row's next state, with edited arguments as the tool itself reads them; the error when they do not fit. */
function decisionOf(
  row: ApprovalRow,
  choice: Choice,
  { userId: decidedBy, tools }: { userId: string; tools: ToolSet },
): Decision | AppError {
  switch (choice.kind) {
    case 'approve': {
      const edited = editedArgs(row, choice.editedArgs, tools);
      if (edited instanceof AppError) return edited;
      const isEdited = choice.editedArgs !== undefined;
      const reason = storable(choice.note);
      return { status: 'approved', decidedBy, reason, ...(isEdited ? { editedArgs: edited } : {}) };
    }
    case 'reject':
      return { status: 'rejected', decidedBy, reason: storable(choice.reason) };
    case 'respond':
      if (JSON.stringify(choice.answer).length > MAX_ANSWER_CHARS) {
        return new AppError('PAYLOAD_TOO_LARGE', {
          message: `The answer is longer than ${MAX_ANSWER_CHARS} characters. Shorten it.`,
        });
      }
      return { status: 'answered', decidedBy, answer: choice.answer };
  }
}

const storable = (text: string | undefined): string | null =>
  text === undefined || text === '' ? null : storableText(text);
