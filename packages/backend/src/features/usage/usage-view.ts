import type { AttemptUsage, UsageGroup } from '@aura/contract';
import type { GroupRow, UsageRow } from './usage-store.ts';

export function attemptView(row: UsageRow): AttemptUsage {
  return {
    step: row.step,
    attempt: row.attempt,
    messageId: row.messageId,
    model: row.model,
    inputTokens: row.inputTokens,
    outputTokens: row.outputTokens,
    costMicros: row.costMicros,
    isSettled: row.isSettled,
    createdAt: row.createdAt.toISOString(),
  };
}

export function groupView(row: GroupRow): UsageGroup {
  const { key, attempts, inputTokens, outputTokens, costMicros, isSettled } = row;
  return { key: key === '' ? null : key, attempts, inputTokens, outputTokens, costMicros, isSettled };
}
