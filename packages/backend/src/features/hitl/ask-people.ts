import { randomUUID } from 'node:crypto';
import type { ApprovalChoice, ApprovalKind, Approvers, ApprovalView, Json, RunEvent } from '@aura/contract';
import { jsonText, storableText } from '../../db/json-text.ts';
import type { Core } from '../../context.ts';
import type { Tx } from '../../db/transaction.ts';
import type { Append } from '../../realtime/append.ts';
import type { Unplaced } from '../../realtime/event.ts';
import type { Tool } from '../agent/tool.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { approvalNotices } from './approval-notices.ts';
import { insertApprovals } from './approval-store.ts';
import { approvalView, approverColumns } from './approval-view.ts';
import { argsHash } from './args-hash.ts';

/** One call of a run that a person is asked about. */
export interface Ask {
  kind: ApprovalKind;
  toolCallId: string;
  tool: Pick<Tool, 'name' | 'version' | 'risk' | 'ask'>;
  /** As `tool.parse` answered them. */
  args: Json;
  approvers: Approvers;
  expiresInSeconds: number;
  /** An approval that does not hold for what would be executed, so it is asked again. */
  insteadOf: string | null;
}

export interface Asked {
  approvals: ApprovalView[];
  events: Unplaced<RunEvent>[];
  notices: Append[];
}

/** Makes the approvals of a run and what is to be said of them, for the caller to append in the same transaction. */
export async function askPeople(
  tx: Tx,
  { jobs }: Pick<Core, 'jobs'>,
  {
    run,
    asks,
  }: {
    run: { id: string; tenantId: string; userId: string; conversationId: string };
    asks: readonly Ask[];
  },
): Promise<Asked> {
  if (asks.length === 0) return { approvals: [], events: [], notices: [] };
  const rows = await insertApprovals(
    tx.db,
    asks.map(({ kind, toolCallId, tool, args, approvers, expiresInSeconds }) => {
      const question = kind === 'question' ? (tool.ask?.(args) ?? null) : null;
      return {
        id: randomUUID(),
        tenantId: run.tenantId,
        conversationId: run.conversationId,
        runId: run.id,
        userId: run.userId,
        kind,
        toolCallId,
        toolName: tool.name,
        toolVersion: tool.version,
        risk: tool.risk,
        title: storableText(titleOf(kind, tool.name, question?.text)),
        args: jsonText(args),
        argsHash: argsHash({ tool: tool.name, version: tool.version, args }),
        question: question === null ? null : jsonText(question),
        allowed: CHOICES[kind],
        ...approverColumns(approvers),
        expiresInSeconds,
      };
    }),
  );
  for (const { id: approvalId, tenantId, expiresAt } of rows) {
    await jobs.enqueue(tx, {
      name: 'approval.expire',
      data: { tenantId, approvalId },
      startAfter: expiresAt,
      singletonKey: approvalId,
    });
  }
  const source = { caller: run, request: { id: run.id, address: null, userAgent: null } };
  for (const { insteadOf, tool } of asks) {
    if (insteadOf === null) continue;
    const data = { reason: 'APPROVAL_OUTDATED', tool: tool.name, version: tool.version };
    await writeAudit(tx, source, { action: 'hitl.refused', subject: insteadOf, data });
  }
  const approvals = rows.map(approvalView);
  const events = approvals.map((approval): Unplaced<RunEvent> => ({
    type: 'hitl',
    runId: run.id,
    data: { approval },
  }));
  return { approvals, events, notices: await approvalNotices(tx.db, run.tenantId, approvals) };
}

const CHOICES: Record<ApprovalKind, ApprovalChoice[]> = {
  tool: ['approve', 'edit', 'reject', 'respond'],
  question: ['respond', 'reject'],
  unknown: ['approve', 'respond', 'reject'],
};

const MAX_TITLE_CHARS = 200;

function titleOf(kind: ApprovalKind, tool: string, question: string | undefined): string {
  switch (kind) {
    case 'tool':
      return `Run ${tool}`;
    case 'question':
      return Array.from(question ?? 'A question')
        .slice(0, MAX_TITLE_CHARS)
        .join('');
    case 'unknown':
      return `Did ${tool} take effect?`;
  }
}
