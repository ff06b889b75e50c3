// npm run outage -- [--seconds N] [--people N] : what people notice while Redis or PostgreSQL fails under two nodes.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startPostgres, startRedis } from '@aura/backend/testing';
import { type AuraClient, createAuraClient, newClientId } from '@aura/client';
import { startOfflineModel } from '@aura/offline-model';
import { startServerProcess } from '../src/server-process.ts';
import { flushRedis } from './flush-redis.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    people: { type: 'string', default: '8' },
    help: { type: 'boolean', short: 'h' },
  },
});
const frozenMs = Number(values.seconds) * 1_000;
const people = Number(values.people);
if (values.help === true || !Number.isSafeInteger(frozenMs) || !Number.isSafeInteger(people)) {
  console.log('npm run outage -- [--seconds N: how long Redis is frozen] [--people N]');
  process.exit(values.help === true ? 0 : 1);
}

/** A request may take the database's own limits; longer would be a hang. */
const DEADLINE_MS = 25_000;
const AROUND_MS = 5_000;

await using stack = new AsyncDisposableStack();
const folder = stack.adopt(await mkdtemp(join(tmpdir(), 'aura-outage-')), async (path) => {
  await rm(path, { recursive: true, force: true });
});
const postgres = stack.use(await startPostgres({ durable: true }));
const redis = stack.use(await startRedis());
const model = stack.use(await startOfflineModel({ tokensPerSecond: 0 }));
const env = {
  AURA_DATA_DIR: folder,
  DATABASE_URL: postgres.url,
  REDIS_URL: redis.url,
  OPENAI_BASE_URL: model.url,
  OPENAI_MODEL: 'aura-offline',
  LOG_LEVEL: 'fatal',
};
const nodes = [await startServerProcess(env), await startServerProcess(env)];
for (const node of nodes) stack.use(node);
const clients: AuraClient[] = [];
for (let index = 0; index < people; index++) {
  const client = stack.use(createAuraClient({ url: nodes[index % nodes.length]?.url ?? '' }));
  await client.register({ email: `outage-${newClientId()}@aura.local`, password: newClientId() });
  clients.push(client);
}

interface Report {
  fault: string;
  requests: number;
  refused: number;
  slowestMs: number;
  acknowledged: number;
  lost: number;
  'back after ms': number;
}
const reports: Report[] = [
  await during('nothing', async () => await pause(AROUND_MS)),
  await during('Redis FLUSHALL', async () => await flushRedis(redis.url)),
  await during(`Redis SIGSTOP ${values.seconds} s`, async () => {
    await redis.pause();
    await pause(frozenMs);
    await redis.resume();
  }),
  await during('Redis killed, empty after 5 s', async () => {
    await redis.restart();
    await pause(AROUND_MS);
  }),
  await during('PostgreSQL immediate restart', async () => await postgres.restart('immediate')),
];
console.table(reports);
const isBroken = reports.some(({ lost, slowestMs }) => lost > 0 || slowestMs > DEADLINE_MS);
process.exitCode = isBroken ? 1 : 0;

/** Everybody sends and waits for answers, before, during and after the fault. */
async function during(fault: string, work: () => Promise<void>): Promise<Report> {
  const over = new AbortController();
  const report = { requests: 0, refused: 0, slowestMs: 0 };
  const sent: { client: AuraClient; runId: string }[] = [];
  const timed = async <T>(request: () => Promise<T>): Promise<T | null> => {
    const startedAt = performance.now();
    report.requests++;
    const answer = await request().catch(() => null);
    report.slowestMs = Math.max(report.slowestMs, Math.round(performance.now() - startedAt));
    if (answer === null) report.refused++;
    return answer;
  };
  const load = clients.map(async (client) => {
    while (!over.signal.aborted) {
      const message = { text: '#delay 3\n#repeat 40 tick' };
      const made = await timed(
        async () => await client.conversation.create.mutate({ clientId: newClientId(), message }),
      );
      const runId = made?.runId ?? null;
      if (runId === null) await pause(100);
      else {
        sent.push({ client, runId });
        await untilEnded(async () => await timed(async () => await client.agent.get.query({ runId })));
      }
    }
  });
  await pause(1_000);
  await work();
  const healedAt = performance.now();
  const [first] = clients;
  while ((await first?.conversation.list.query({}).catch(() => null)) === null) await pause(50);
  const backMs = Math.round(performance.now() - healedAt);
  await pause(AROUND_MS);
  over.abort();
  await Promise.all(load);
  let lost = 0;
  for (const { client, runId } of sent) {
    const found = await client.agent.get.query({ runId }).catch(() => null);
    if (found?.state.status !== 'completed') lost++;
  }
  return { fault, ...report, acknowledged: sent.length, lost, 'back after ms': backMs };
}

async function untilEnded(look: () => Promise<{ state: { endedAt: string | null } } | null>): Promise<void> {
  const deadline = performance.now() + frozenMs + DEADLINE_MS;
  while (performance.now() < deadline) {
    const found = await look();
    if (found !== null && found.state.endedAt !== null) return;
    await pause(50);
  }
}
