import { isDeepStrictEqual } from 'node:util';
import type { DatabaseDump } from '@aura/backend/testing';
import type { ApprovalStatus } from '@aura/contract';
import { type DecisionChoice, entriesOf, type EntryOf, type HistoryEntry } from '../history.ts';
import { type EventOf, eventsOfType } from './events-of-type.ts';

type Row = DatabaseDump['approvals'][number];
type Decision = EntryOf<'decision'>;

const STATUS: Record<DecisionChoice, ApprovalStatus> = {
  approve: 'approved',
  edit: 'approved',
  reject: 'rejected',
  respond: 'answered',
};

/** Every approval was decided by one of those who tried, in one event that says what the row says; the others were told. */
export function checkApprovals(history: readonly HistoryEntry[], dump: DatabaseDump): string[] {
  const decisions = Map.groupBy(entriesOf(history, 'decision'), ({ approvalId }) => approvalId);
  const asked = Map.groupBy(eventsOfType(dump, 'hitl'), ({ data }) => data.approval.id);
  const resolved = Map.groupBy(eventsOfType(dump, 'hitl_resolved'), ({ data }) => data.approvalId);
  return dump.approvals.flatMap((row) =>
    [
      ...checkEvents(row, { asked: asked.get(row.id) ?? [], resolved: resolved.get(row.id) ?? [] }),
      ...checkDeciders(row, decisions.get(row.id) ?? []),
    ].map((what) => `approval ${row.id} (${row.kind}, ${row.status}) ${what}`),
  );
}

function checkEvents(
  row: Row,
  { asked, resolved }: { asked: EventOf<'hitl'>[]; resolved: EventOf<'hitl_resolved'>[] },
): string[] {
  const violations: string[] = [];
  if (asked.length !== 1) violations.push(`was asked for in ${asked.length} events`);
  if (row.status === 'pending') return [...violations, 'is still pending'];
  const [event] = resolved;
  if (event === undefined || resolved.length > 1) return [...violations, `has ${resolved.length} outcomes`];
  const { status, userId, decidedBy, reason, editedArgs, answer } = row;
  const decidedAt = row.decidedAt?.toISOString();
  const expected = { approvalId: row.id, userId, status, decidedBy, decidedAt, reason, editedArgs, answer };
  if (!isDeepStrictEqual(event.data, expected)) violations.push('has an outcome that is not the row’s');
  return violations;
}

function checkDeciders(row: Row, decisions: readonly Decision[]): string[] {
  const violations: string[] = [];
  const told = {
    status: row.status,
    decidedBy: row.decidedBy,
    decidedAt: row.decidedAt?.toISOString() ?? null,
  };
  const isRow = (decision: Decision): boolean =>
    decision.userId === row.decidedBy &&
    STATUS[decision.choice] === row.status &&
    isDeepStrictEqual(decision.editedArgs, row.editedArgs);
  const winners = decisions.filter(({ outcome }) => outcome === 'won');
  for (const winner of winners) {
    if (!isRow(winner)) violations.push(`told ${winner.userId} that ${winner.choice} won, which it did not`);
  }
  // The same decision of the same person may be acknowledged twice; two answers are never the same.
  const answers = winners.filter(({ choice }) => choice === 'respond');
  if (answers.length > 1) violations.push('acknowledged several answers');
  for (const { outcome, userId, code, told: heard } of decisions) {
    if (outcome === 'refused') violations.push(`refused ${userId} with ${code}`);
    if (outcome === 'unknown' || outcome === 'refused' || isDeepStrictEqual(heard, told)) continue;
    // Too late is too late, although nobody had come by yet to write it down.
    const isOverdue = code === 'APPROVAL_EXPIRED' && heard?.status === 'pending';
    if (isOverdue && !['approved', 'answered'].includes(row.status)) continue;
    violations.push(`told ${userId} ${JSON.stringify(heard)} instead of ${JSON.stringify(told)}`);
  }
  const isPersons = row.decidedBy !== null && row.reason !== 'superseded';
  if (isPersons && !decisions.some((decision) => decision.outcome !== 'lost' && isRow(decision))) {
    violations.push(`was decided by ${row.decidedBy}, who never did that`);
  }
  return violations;
}
