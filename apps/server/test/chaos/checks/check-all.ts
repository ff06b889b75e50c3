import type { DatabaseDump } from '@aura/backend/testing';
import type { HistoryEntry } from '../history.ts';
import { checkAnswers } from './check-answers.ts';
import { checkApprovals } from './check-approvals.ts';
import { checkCalls } from './check-calls.ts';
import { checkMessages } from './check-messages.ts';
import { checkRuns } from './check-runs.ts';
import { checkStreams } from './check-streams.ts';
import { checkWatches, type Watching } from './check-watches.ts';

/** What everybody saw and what is left of it. */
export interface Evidence {
  history: readonly HistoryEntry[];
  dump: DatabaseDump;
  /** Subscribers that should have seen everything. */
  watching: readonly Watching[];
}

/** Every promise that was broken, a line each. A pure function: the same evidence, the same verdict. */
export function checkAll({ history, dump, watching }: Evidence): string[] {
  return [
    ...checkStreams(dump),
    ...checkMessages(history, dump),
    ...checkRuns(dump),
    ...checkAnswers(dump),
    ...checkApprovals(history, dump),
    ...checkCalls(history, dump),
    ...checkWatches(history, dump, watching),
  ];
}
