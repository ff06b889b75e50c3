import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDump } from '@aura/backend/testing';
import { checkAnswers } from './checks/check-answers.ts';
import { checkApprovals } from './checks/check-approvals.ts';
import { checkCalls } from './checks/check-calls.ts';
import { checkMessages } from './checks/check-messages.ts';
import { checkRuns } from './checks/check-runs.ts';
import { checkStreams } from './checks/check-streams.ts';
import { checkWatches } from './checks/check-watches.ts';
import { NODES, startCluster } from './cluster.ts';
import { planFaults } from './fault-plan.ts';
import { createHistory } from './history.ts';
import { converse } from './load.ts';
import { nemesis } from './nemesis.ts';
import { startPeople } from './people.ts';
import { raceApproval, type RacedApproval } from './race-approval.ts';
import { createRandom } from './random.ts';
import { settle } from './settle.ts';
import { summarize, type Summary } from './summary.ts';
import { until } from './wait.ts';
import type { Watch } from './watch.ts';

export interface ChaosOptions {
  /** The same one plans the same faults. */
  seed: number;
  seconds: number;
  kills: number;
  /** Users who write at the same time. */
  people: number;
  log?: (line: string) => void;
}

export interface ChaosResult {
  summary: Summary;
  /** Empty when every promise held. */
  violations: string[];
  /** Errors that nodes logged, each once. */
  errors: string[];
  historyPath: string;
}

/** After the last fault a lease may have 5 s to go, and a node may have to be started. */
const SETTLE_MS = 60_000;
const CATCH_UP_MS = 20_000;

/**
 * Three servers on one PostgreSQL and one Redis, users who write and decide, and a nemesis who kills, freezes and cuts.
 * When it has had its time everything is mended, and what is left is held against what everybody saw.
 */
export async function chaosCampaign(options: ChaosOptions): Promise<ChaosResult> {
  const { seed, seconds, kills, log = () => {} } = options;
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), `aura-chaos-history-${seed}-`));
  const history = stack.use(createHistory(join(folder, 'history.jsonl')));
  const cluster = stack.use(await startCluster(history));
  const people = await startPeople(cluster, { count: options.people, stack });
  log(`the cluster is up; history: ${history.path}`);

  const random = createRandom(seed ^ 0x5eed);
  const races = new Map<string, Promise<void>>();
  const race = async (approval: RacedApproval): Promise<void> =>
    await raceApproval({ history, random, people }, approval);
  const stop = new AbortController();
  const open: Watch[] = [];
  const load = people.map(
    async (person) =>
      await converse(person, {
        history,
        random,
        urlOf: cluster.world.urlOf,
        signal: stop.signal,
        open,
        onAsked(approval) {
          // Each of its subscribers hears of it.
          if (!races.has(approval.id)) races.set(approval.id, race(approval));
        },
      }),
  );
  await nemesis({ cluster, history }, planFaults({ seed, seconds, kills, nodes: NODES }), stop.signal);
  log('the faults are over; everything is mended');
  stop.abort();
  await Promise.all(load);
  await Promise.all(races.values());
  const { tookMs: settleMs, violations } = await settle(cluster.postgres.url, { withinMs: SETTLE_MS, race });
  await Promise.all(races.values());
  const dump = await readDump(cluster.postgres.url);
  const heads = new Map(dump.streams.map(({ id, head }) => [id, head]));
  const isCaughtUp = ({ conversationId, lastSeq }: Watch): boolean =>
    lastSeq >= (heads.get(conversationId) ?? 0);
  await until(() => open.every(isCaughtUp), { withinMs: CATCH_UP_MS });
  for (const each of open) each[Symbol.dispose]();
  violations.push(
    ...checkStreams(dump),
    ...checkMessages(history.entries, dump),
    ...checkRuns(dump),
    ...checkAnswers(dump),
    ...checkApprovals(history.entries, dump),
    ...checkCalls(history.entries, dump),
    ...checkWatches(history.entries, dump, open),
  );
  const { fenced, errors } = cluster.printed;
  return {
    summary: summarize(history.entries, dump, { fenced, settleMs }),
    violations,
    errors: [...new Set(errors.map(({ msg, error }) => `${msg}: ${error ?? ''}`))],
    historyPath: history.path,
  };
}
