import { isDeepStrictEqual } from 'node:util';
import type { Json } from '@aura/contract';
import { AppError } from '../../app-error.ts';
import type { Tx } from '../../db/transaction.ts';
import type { ToolSet } from '../agent/tool-registry.ts';
import { isAsked } from '../chat/room-deciders.ts';
import type { Viewer } from '../chat/room-standing.ts';
import type { ApprovalRow } from './approval-store.ts';
import { judgeCalls } from './judge-calls.ts';
import type { CodePolicy } from './tool-policy.ts';

/**
 * Why policy does not let this viewer approve the call with the arguments that would be executed; null when it does.
 * Edited arguments are another call than the one it was asked about: what is forbidden stays so, and what others must
 * decide is not had by asking for less and editing it to more.
 */
export async function refusalByPolicy(
  { db }: Tx,
  { viewer, code, tools }: { viewer: Viewer; code: CodePolicy | null; tools: ToolSet },
  row: ApprovalRow,
  editedArgs: Json | undefined,
): Promise<AppError | null> {
  const { toolName: name, args } = row;
  const tool = { name, risk: tools.find(name)?.risk ?? row.risk };
  const calls = [editedArgs ?? args, args].map((each) => ({ tool, args: each }));
  const [verdict, asked] = await judgeCalls(db, row, { code, calls });
  if (verdict === undefined || verdict.action === 'deny') {
    return new AppError('FORBIDDEN', { message: `The policy of this workspace forbids ${name} like this.` });
  }
  if (editedArgs === undefined || verdict.action === 'allow') return null;
  // Whoever was named or delegated to may change what the same people decide.
  if (asked?.action === 'ask' && isDeepStrictEqual(asked.approvers, verdict.approvers)) return null;
  if (isAsked(viewer, { userId: row.userId, approvers: verdict.approvers })) return null;
  return new AppError('FORBIDDEN', {
    message:
      'With these arguments somebody else has to approve it. Reject it and have the agent ask for them.',
  });
}
