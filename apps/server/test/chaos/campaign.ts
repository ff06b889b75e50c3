import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom, readDump } from '@aura/backend/testing';
import { checkAll, type Evidence } from './checks/check-all.ts';
import { NODES, startCluster } from './cluster.ts';
import { planFaults } from './fault-plan.ts';
import { createHistory } from './history.ts';
import { startLoad } from './load.ts';
import { nemesis } from './nemesis.ts';
import { startPeople } from './people.ts';
import type { LogLine } from './print-reader.ts';
import { settle } from './settle.ts';
import { summarize, type Summary } from './summary.ts';
import { until } from './wait.ts';

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
  /** Errors that nodes logged, and how often. */
  errors: Record<string, number>;
  evidence: Evidence;
  historyPath: string;
}

/** After the last fault a lease may have 5 s to go, and what was queued behind is still to be answered, decisions and all. */
const SETTLE_MS = 120_000;
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

  const load = stack.use(
    startLoad(people, { history, random: createRandom(seed ^ 0x5eed), urlOf: cluster.world.urlOf }),
  );
  await nemesis({ cluster, history }, planFaults({ seed, seconds, kills, nodes: NODES }));
  log('the faults are over; everything is mended');
  await load.stop();
  const { tookMs: settleMs, violations } = await settle(cluster.postgres.url, {
    withinMs: SETTLE_MS,
    race: load.race,
  });
  const dump = await readDump(cluster.postgres.url);
  const heads = new Map(dump.streams.map(({ id, head }) => [id, head]));
  await until(() => load.open.every((each) => each.lastSeq >= (heads.get(each.conversationId) ?? 0)), {
    withinMs: CATCH_UP_MS,
  });
  const watching = load.open.map(({ conversationId, lastSeq }) => ({ conversationId, lastSeq }));
  const evidence: Evidence = { history: history.entries, dump, watching };
  violations.push(...checkAll(evidence));
  // The database is gone with the campaign; what is left of it goes beside the history.
  if (violations.length > 0) await writeFile(join(folder, 'dump.json'), JSON.stringify(dump));
  const { fenced, errors } = cluster.printed;
  return {
    summary: summarize(evidence, {
      fenced,
      settleMs,
      startsMs: cluster.nodes.flatMap(({ startsMs }) => startsMs),
    }),
    violations,
    errors: countErrors(errors),
    evidence,
    historyPath: history.path,
  };
}

function countErrors(errors: readonly LogLine[]): Record<string, number> {
  const kinds = Map.groupBy(errors, ({ msg, error }) => `${msg}: ${error?.split('\n', 1)[0] ?? ''}`);
  return Object.fromEntries([...kinds].map(([kind, { length }]) => [kind, length]));
}
