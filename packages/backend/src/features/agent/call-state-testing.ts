import type { Json } from '@aura/contract';
import { z } from 'zod';
import { argsHash } from '../hitl/args-hash.ts';
import type { ApprovalRow } from '../hitl/approvals-of-run.ts';
import { createToolRegistry, type ToolSet } from './tool-registry.ts';
import { defineTool, type Tool } from './tool.ts';

const toolOf = (repeat: Tool['repeat'], version: string): Tool =>
  defineTool({
    name: 'send',
    description: '',
    risk: 'external',
    repeat,
    version,
    input: z.object({ to: z.string() }),
    run: () => ({ result: null }),
  });
const toolSets = new Map<string, ToolSet>();
for (const repeat of ['pure', 'keyed', 'once'] as const) {
  for (const version of ['1', '2']) {
    toolSets.set(`${repeat} ${version}`, await createToolRegistry([toolOf(repeat, version)]).of(''));
  }
}
export const toolsOf = (repeat: string, version: string): ToolSet => {
  const found = toolSets.get(`${repeat} ${version}`);
  if (found === undefined) throw new Error('no such tools');
  return found;
};
export const ARGS: Json = { to: 'ann' };
/** The call as the model wrote it. */
export const call = { id: 'c1', name: 'send', argsText: JSON.stringify(ARGS) };

export const rowOf = (changed: Partial<ApprovalRow>): ApprovalRow => ({
  id: 'a1',
  tenantId: 't',
  conversationId: 'c',
  runId: 'r',
  userId: 'u',
  kind: 'tool',
  toolCallId: 'c1',
  toolName: 'send',
  toolVersion: '1',
  risk: 'external',
  title: '',
  args: ARGS,
  argsHash: argsHash({ tool: 'send', version: '1', args: ARGS }),
  question: null,
  allowed: ['approve'],
  approverKind: 'owner',
  approverIds: [],
  approverRole: null,
  approverWho: null,
  status: 'pending',
  createdAt: new Date(0),
  expiresAt: new Date(1),
  decidedAt: null,
  decidedBy: null,
  decisionKey: null,
  reason: null,
  editedArgs: null,
  answer: null,
  ...changed,
});
