import type { DatabaseDump } from '@aura/backend/testing';
import { beforeAll, expect, it } from 'vitest';
import { type ChaosResult, chaosCampaign } from './chaos/campaign.ts';
import { checkAll, type Evidence } from './chaos/checks/check-all.ts';
import { planFaults } from './chaos/fault-plan.ts';
import type { HistoryEntry } from './chaos/history.ts';

const INTERNAL = { code: 'internal', message: '', retryable: true } as const;
const OTHER_ARGS = { url: 'http://127.0.0.1/once/other', text: 'other' };
let result: ChaosResult;
beforeAll(async () => {
  result = await chaosCampaign({ seed: 60, seconds: 60, kills: 20, people: 4 });
}, 360_000);

it('loses nothing, doubles nothing and decides everything once, on three nodes that are killed, frozen and cut off', () => {
  const { summary, violations, historyPath } = result;
  expect(violations, `history: ${historyPath}`).toEqual([]);
  expect(summary.kills).toBeGreaterThanOrEqual(15);
  expect(summary.takeovers).toBeGreaterThan(0);
  expect(summary.decisionsLost).toBeGreaterThan(0);
  expect(summary.callsAtWorld).toBeGreaterThan(0);
});

it('plans the same faults for the same seed, and others for another', () => {
  const plan = (seed: number) => planFaults({ seed, seconds: 60, kills: 20, nodes: 3 });
  expect(plan(7)).toEqual(plan(7));
  expect(plan(7)).not.toEqual(plan(8));
  expect(plan(7).filter(({ fault }) => fault.kind === 'kill')).toHaveLength(20);
});

/** What would be left had a promise been broken, wherever it can be. */
const broken: [promise: string, forge: (evidence: Evidence) => Evidence, verdict: RegExp][] = [
  ['events are lost', withEvents((event) => (event.type === 'run_started' ? [] : [event])), /are not 1\.\./],
  ['messages are lost', withDump('messages', () => []), /is gone/],
  ['runs end twice', withEvents((event) => (event.type === 'done' ? [event, event] : [event])), /has 2 ends/],
  ['runs fail for no reason', withDump('runs', (run) => [{ ...run, error: INTERNAL }]), /internal error/],
  [
    'stale owners write',
    withEvents((event) => [event.type === 'run_started' ? { ...event, fence: 99 } : event]),
    /after 99/,
  ],
  [
    'answers are torn',
    withEvents((event) => (event.type === 'content_delta' && event.data['offset'] === 0 ? [] : [event])),
    /not what its pieces join to/,
  ],
  [
    'people are told of another winner',
    withDump('approvals', (approval) => [{ ...approval, decidedBy: 'nobody' }]),
    /which it did not/,
  ],
  [
    'what was rejected is executed',
    withDump('approvals', (approval) => [{ ...approval, status: 'rejected' }]),
    /approved 0 times/,
  ],
  [
    'other arguments than the approved ones are executed',
    withDump('approvals', (approval) => [{ ...approval, editedArgs: OTHER_ARGS }]),
    /which nobody approved/,
  ],
  [
    'calls are made twice',
    withHistory((entry) => (entry.kind === 'call' ? [entry, entry] : [entry])),
    /came 2 times/,
  ],
  [
    'subscribers miss an event',
    withHistory((entry) => (isSecondSeen(entry) ? [] : [entry])),
    /in place of 2/,
  ],
  [
    'subscribers hear an event twice',
    withHistory((entry) => (isSecondSeen(entry) ? [entry, entry] : [entry])),
    /in place of 3/,
  ],
];

it.each(broken)('would notice that %s', (_, forge, verdict) => {
  expect(checkAll(forge(result.evidence)).join('\n')).toMatch(verdict);
});

function isSecondSeen(entry: HistoryEntry): boolean {
  return entry.kind === 'event' && entry.seq === 2;
}

function withDump<K extends keyof DatabaseDump>(
  table: K,
  forge: (row: DatabaseDump[K][number]) => DatabaseDump[K][number][],
) {
  return (evidence: Evidence): Evidence => {
    const rows: DatabaseDump[K][number][] = evidence.dump[table].flatMap(forge);
    return { ...evidence, dump: { ...evidence.dump, [table]: rows } };
  };
}

function withEvents(forge: (row: DatabaseDump['events'][number]) => DatabaseDump['events']) {
  return withDump('events', forge);
}

function withHistory(forge: (entry: HistoryEntry) => HistoryEntry[]) {
  return (evidence: Evidence): Evidence => ({ ...evidence, history: evidence.history.flatMap(forge) });
}
