import type { Evidence } from './checks/check-all.ts';
import { entriesOf } from './history.ts';
import type { LogLine } from './print-reader.ts';

/** What a campaign came to, in numbers. */
export interface Summary {
  kills: number;
  freezes: number;
  cutSockets: number;
  redisFaults: number;
  postgresCrashes: number;
  conversations: number;
  messagesAcknowledged: number;
  messagesUnknown: number;
  runs: number;
  runsCompleted: number;
  runsCancelled: number;
  runsFailed: number;
  runsPoisoned: number;
  claims: number;
  /** Claims of runs whose owner had not given them up. */
  takeovers: number;
  approvals: number;
  approvalsSuperseded: number;
  approvalsExpired: number;
  decisionsRaced: number;
  decisionsWon: number;
  decisionsLost: number;
  decisionsUnknown: number;
  effects: number;
  callsAtWorld: number;
  unknownCalls: number;
  /** Writers that found that their run had another owner. */
  fencedStale: number;
  /** Writers that found that their run had been stopped. */
  fencedStopped: number;
  events: number;
  eventsSeen: number;
  settleMs: number;
  /** Of a node, until it answered: the median. */
  startMs: number;
}

export function summarize(
  { history, dump: { runs, approvals, events } }: Evidence,
  { fenced, settleMs, startsMs }: { fenced: readonly LogLine[]; settleMs: number; startsMs: number[] },
): Summary {
  const faults = entriesOf(history, 'fault').filter(({ isApplied }) => isApplied);
  const faultsOf = (kind: string): number => faults.filter(({ fault }) => fault.kind.startsWith(kind)).length;
  const sends = entriesOf(history, 'send');
  const decisions = entriesOf(history, 'decision');
  const outcomes = (outcome: string): number => decisions.filter((each) => each.outcome === outcome).length;
  const runsOf = (status: string): number => runs.filter((run) => run.status === status).length;
  const turns = events.filter(({ type }) => type === 'run_started' || type === 'run_waiting');
  const started = turns.filter(({ type }) => type === 'run_started');
  const fences = new Map(runs.map(({ id, fence }) => [id, fence]));
  // An ending raises the fence by one; a claim, and the ending after it, by two.
  const isStale = ({ runId, fence }: LogLine): boolean => (fences.get(runId ?? '') ?? 0) - (fence ?? 0) >= 2;
  const stale = fenced.filter(isStale).length;
  const calls = entriesOf(history, 'call');
  return {
    kills: faultsOf('kill'),
    freezes: faultsOf('freeze'),
    cutSockets: faultsOf('cut-sockets'),
    redisFaults: faultsOf('redis'),
    postgresCrashes: faultsOf('postgres'),
    conversations: new Set(runs.map(({ conversationId }) => conversationId)).size,
    messagesAcknowledged: new Set(sends.flatMap(({ messageId }) => messageId ?? [])).size,
    messagesUnknown: sends.filter(({ outcome }) => outcome === 'unknown').length,
    runs: runs.length,
    runsCompleted: runsOf('completed'),
    runsCancelled: runsOf('cancelled'),
    runsFailed: runsOf('failed'),
    runsPoisoned: runs.filter(({ error }) => error?.code === 'poison').length,
    claims: started.length,
    takeovers: [...Map.groupBy(turns, ({ runId }) => runId).values()]
      .map((own) => own.filter(({ type }, index) => type === 'run_started' && own[index - 1]?.type === type))
      .reduce((sum, found) => sum + found.length, 0),
    approvals: approvals.length,
    approvalsSuperseded: approvals.filter(({ reason }) => reason === 'superseded').length,
    approvalsExpired: approvals.filter(({ status }) => status === 'expired').length,
    decisionsRaced: decisions.length,
    decisionsWon: outcomes('won'),
    decisionsLost: outcomes('lost'),
    decisionsUnknown: outcomes('unknown'),
    effects: new Set(calls.map(({ effect }) => effect)).size,
    callsAtWorld: calls.length,
    unknownCalls: approvals.filter(({ kind }) => kind === 'unknown').length,
    fencedStale: stale,
    fencedStopped: fenced.length - stale,
    events: events.length,
    eventsSeen: entriesOf(history, 'event').length,
    settleMs,
    startMs: startsMs.toSorted((a, b) => a - b)[startsMs.length >> 1] ?? 0,
  };
}
