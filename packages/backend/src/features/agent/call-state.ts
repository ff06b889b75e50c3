import type { Json } from '@aura/contract';
import { z } from 'zod';
import { storableJson } from '../../db/json-text.ts';
import type { ToolCall } from '../../db/step-data.ts';
import { argsHash, canonicalJson } from '../hitl/args-hash.ts';
import type { ApprovalRow } from '../hitl/approvals-of-run.ts';
import type { ToolSet } from './tool-registry.ts';
import { type Tool, ToolInputError } from './tool.ts';

/** What the rows say of a call. */
export interface CallPast {
  /** The last thing people were asked about it. */
  asked: ApprovalRow | null;
  /** It was begun, under this claim or an earlier one, with this approval (null: it needed none). */
  begun: { approvalId: string | null } | null;
}

/** What is to be done about a call that has no result yet. */
export type CallState =
  /** It comes to nothing, and the model is told why. */
  | { kind: 'fails'; error: string }
  /** Its tool is not there, although the call was decided or begun with it: it may come back. If not, it comes to nothing. */
  | { kind: 'absent'; error: string }
  /** A person gave the result. */
  | { kind: 'answered'; answer: Json }
  /** Policy has to say whether a person must be asked. `insteadOf`: the approval that is not of this call as it is now. */
  | { kind: 'unasked'; tool: Tool; args: Json; insteadOf: string | null }
  /** It must not be made twice, and nobody knows whether it was made: a person must be asked. */
  | { kind: 'unknown'; tool: Tool; args: Json; insteadOf: string | null }
  | { kind: 'pending' }
  | { kind: 'allowed'; tool: Tool; args: Json; approvalId: string };

/** A pure function of the rows, so that going on after a crash is the same as going on. */
export function callState(call: ToolCall, tools: ToolSet, { asked, begun }: CallPast): CallState {
  switch (asked?.status) {
    case 'pending':
      return { kind: 'pending' };
    case 'rejected':
      return { kind: 'fails', error: rejection(asked, begun !== null) };
    case 'expired':
      return { kind: 'fails', error: expiry(asked, begun !== null) };
    case 'cancelled':
      return { kind: 'fails', error: 'Not executed: the run was stopped.' };
    case 'answered':
      return { kind: 'answered', answer: asked.answer };
    case 'approved':
    case 'outdated':
    case undefined:
      break;
  }
  const tool = tools.find(call.name);
  if (tool === undefined) {
    if (begun !== null) return { kind: 'absent', error: `${call.name} cannot be reached now. ${UNCERTAIN}` };
    if (asked?.status === 'approved') return { kind: 'absent', error: unreachable(call.name) };
    const names = tools.all.map(({ name }) => name).join(', ');
    return { kind: 'fails', error: `There is no tool ${call.name}. Use one of: ${names}.` };
  }
  const args = parsed(tool, call.argsText);
  if (args instanceof ToolInputError) return { kind: 'fails', error: args.message };
  const isOpen = tool.repeat === 'once' && begun !== null;
  // What was shown is what is executed: a tool of another version, or that reads it differently, is asked for again.
  if (asked?.status === 'approved' && holds(asked, tool)) {
    const allowed = asked.editedArgs ?? asked.args;
    return isOpen && begun.approvalId === asked.id
      ? { kind: 'unknown', tool, args: allowed, insteadOf: null }
      : { kind: 'allowed', tool, args: allowed, approvalId: asked.id };
  }
  const insteadOf = asked?.status === 'approved' ? asked.id : null;
  return { kind: isOpen ? 'unknown' : 'unasked', tool, args, insteadOf };
}

const argsHashOf = ({ name, version }: Tool, args: Json): string => argsHash({ tool: name, version, args });

/** Whether the tool is the one it was approved for, and makes nothing else of what was approved. */
function holds({ args: shown, argsHash: hash, editedArgs }: ApprovalRow, tool: Tool): boolean {
  if (argsHashOf(tool, shown) !== hash) return false;
  const args = editedArgs ?? shown;
  try {
    return canonicalJson(storableJson(tool.parse(args))) === canonicalJson(args);
  } catch (err) {
    if (err instanceof ToolInputError) return false;
    throw err;
  }
}

const UNCERTAIN = 'It is not known whether this call took effect. Do not repeat it.';

function unreachable(name: string): string {
  return `This call was approved, but ${name} cannot be reached now, so it was not executed.`;
}

function expiry({ kind }: ApprovalRow, hasBegun: boolean): string {
  if (kind === 'unknown' || hasBegun) {
    return 'It is not known whether this took effect, and nobody said so in time. Do not repeat it.';
  }
  return 'Not executed: nobody decided in time.';
}

function rejection({ kind, reason }: ApprovalRow, hasBegun: boolean): string {
  if (kind === 'unknown' || hasBegun) {
    return 'It is not known whether this took effect; the user decided to go on without. Do not repeat it.';
  }
  const why = reason === null ? '' : ` Reason: ${reason}`;
  return `The user rejected this call, so it was not executed.${why}`;
}

function parsed(tool: Tool, argsText: string): Json | ToolInputError {
  const args = parseArgs(argsText);
  if (args === undefined) return new ToolInputError('The arguments are not valid JSON.');
  try {
    return tool.parse(args);
  } catch (err) {
    if (err instanceof ToolInputError) return err;
    throw err;
  }
}

/**
 * What a model wrote as arguments, as the database keeps it: what is shown, hashed and executed must be one thing. An
 * empty text is how some servers say "none". Undefined: no JSON.
 */
export function parseArgs(text: string): Json | undefined {
  if (text.trim() === '') return {};
  try {
    return storableJson(z.json().parse(JSON.parse(text)));
  } catch {
    return undefined;
  }
}
