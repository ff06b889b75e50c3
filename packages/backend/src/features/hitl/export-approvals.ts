import type { ApprovalView, ExportApprovalsInput, ExportApprovalsOutput } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { listApprovalHistory } from './approval-store.ts';
import { approvalView } from './approval-view.ts';
import { seenApprovals } from './seen-approvals.ts';

const MAX_ROWS = 10_000;

/**
 * The history of approvals, oldest first, at most 10,000 rows: of the whole tenant for admins, of their own runs for
 * others, as far as they may see them in the rooms they are in. CSV has one line each, quoted as in RFC 4180, with
 * formulas defused.
 */
export async function exportApprovals(
  ctx: CallerContext,
  { from, to, conversationId, format }: ExportApprovalsInput,
): Promise<ExportApprovalsOutput> {
  const { tenantId, userId, role } = ctx.caller;
  const approvals = await withTransaction(ctx, async (tx) => {
    const rows = await listApprovalHistory(tx.db, {
      tenantId,
      userId: role === 'admin' ? undefined : userId,
      conversationId,
      from,
      to,
      limit: MAX_ROWS,
    });
    await writeAudit(tx, ctx, { action: 'hitl.exported', data: { rows: rows.length } });
    return role === 'admin' ? rows.map(approvalView) : await seenApprovals(tx.db, ctx.caller, rows);
  });
  return format === 'json'
    ? { mediaType: 'application/json', text: JSON.stringify(approvals, null, 2) }
    : { mediaType: 'text/csv', text: toCsv(approvals) };
}

const COLUMNS = [
  'id',
  'kind',
  'status',
  'toolName',
  'toolVersion',
  'risk',
  'title',
  'args',
  'argsHash',
  'userId',
  'conversationId',
  'runId',
  'createdAt',
  'expiresAt',
  'decidedAt',
  'decidedBy',
  'reason',
  'editedArgs',
  'answer',
] as const satisfies readonly (keyof ApprovalView)[];

function toCsv(approvals: readonly ApprovalView[]): string {
  const lines = approvals.map((approval) => COLUMNS.map((column) => cell(approval[column])).join(','));
  return [COLUMNS.join(','), ...lines, ''].join('\r\n');
}

function cell(value: unknown): string {
  if (value === null) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  // A spreadsheet takes a text that begins like this for a formula.
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}
