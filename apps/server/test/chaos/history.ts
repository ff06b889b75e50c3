import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { ApprovalKind, ApprovalStatus, Json } from '@aura/contract';
import type { Fault } from './fault-plan.ts';

/** How a decision ended for who made it. `unknown`: no answer, so it may count or not. */
export type DecisionOutcome = 'won' | 'lost' | 'unknown' | 'refused';
export type DecisionChoice = 'approve' | 'edit' | 'reject' | 'respond';

/** What clients, nemesis and the counting server saw. The checker knows nothing else, but for the database. */
export type HistoryEntry =
  | { kind: 'fault'; fault: Fault; isApplied: boolean }
  | {
      kind: 'send';
      conversationId: string;
      clientId: string;
      outcome: 'ok' | 'unknown' | 'refused';
      messageId: string | null;
      code: string | null;
    }
  | { kind: 'event'; watcher: string; conversationId: string; seq: number; type: string }
  | {
      kind: 'decision';
      approvalId: string;
      approvalKind: ApprovalKind;
      round: number;
      choice: DecisionChoice;
      userId: string;
      outcome: DecisionOutcome;
      /** What the decider was told of how it ended. */
      told: { status: ApprovalStatus; decidedBy: string | null; decidedAt: string | null } | null;
      editedArgs: Json;
      code: string | null;
    }
  | { kind: 'call'; callId: number; effect: string; key: string }
  /** The body of that call; missing when its sender died in mid-sentence. */
  | { kind: 'call-body'; callId: number; body: string };

export type EntryOf<K extends HistoryEntry['kind']> = Extract<HistoryEntry, { kind: K }>;

/** Keeps what happened, in memory for the checker and as JSON lines for people. */
export interface History extends AsyncDisposable {
  readonly path: string;
  readonly entries: readonly HistoryEntry[];
  add(entry: HistoryEntry): void;
}

export function createHistory(path: string): History {
  const startedAt = performance.now();
  const entries: HistoryEntry[] = [];
  const file = createWriteStream(path);
  return {
    path,
    entries,
    add(entry) {
      entries.push(entry);
      file.write(`${JSON.stringify({ atMs: Math.round(performance.now() - startedAt), ...entry })}\n`);
    },
    async [Symbol.asyncDispose]() {
      file.end();
      await finished(file);
    },
  };
}

export function entriesOf<K extends HistoryEntry['kind']>(
  entries: readonly HistoryEntry[],
  kind: K,
): EntryOf<K>[] {
  return entries.filter((entry): entry is EntryOf<K> => entry.kind === kind);
}
