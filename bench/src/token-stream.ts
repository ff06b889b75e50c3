// npm run token-stream -w bench : what Aura adds to the provider's own stream. Time to the first token against the openai
// package talking to the same model, and how many streams of 50 tokens a second one core carries without falling behind.
import { parseArgs } from 'node:util';
import { startPostgres } from '@aura/backend/testing';
import { signUp, startAuraServer } from './aura-server.ts';
import { countOf } from './count-of.ts';
import { CORES, moveToCore } from './cores.ts';
import { CROWD_COLUMNS, type Crowd, crowdRow, type CpuTimes, readAtOnce, SPREAD_S } from './crowd.ts';
import { decimal, median, table } from './figures.ts';
import { startModelProcess } from './model-process.ts';
import { auraStream, directStream, type OpenStream, scriptOf } from './paced-streams.ts';
import { cpuMsOf } from './process-tree.ts';

const HELP = `npm run token-stream -w bench -- [options]
  --rounds N      rounds, direct and through Aura taking turns; figures are medians over them (3)
  --runs N        answers one at a time per round, for the time to the first token (40)
  --streams LIST  how many streams at once (100,250,500)
  --seconds N     how long each of them lasts (15)
  --profile DIR   leave a CPU profile of the Aura server there`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    runs: { type: 'string', default: '40' },
    streams: { type: 'string', default: '100,250,500' },
    seconds: { type: 'string', default: '15' },
    profile: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const TOKENS_PER_SECOND = 50;
const USERS = 20;
const rounds = countOf('rounds', values.rounds);
const runs = countOf('runs', values.runs);
const counts = values.streams.split(',').map((count) => countOf('streams', count));
const tokens = countOf('seconds', values.seconds) * TOKENS_PER_SECOND;

await using postgres = await startPostgres({ durable: true });
moveToCore(CORES?.others, process.pid);
await using model = await startModelProcess(TOKENS_PER_SECOND);
await using server = await startAuraServer({
  databaseUrl: postgres.url,
  modelUrl: model.url,
  profileDir: values.profile ?? null,
});
await using stack = new AsyncDisposableStack();
const clients = await signUp(server.url, USERS);
for (const client of clients) stack.use(client);

await firstTokens(40, aura);
const direct: number[] = [];
const through: number[] = [];
for (let round = 1; round <= rounds; round++) {
  direct.push(median(await firstTokens(runs, straight)));
  through.push(median(await firstTokens(runs, aura)));
}
console.log(`Time to the first token, one answer at a time, ms p50 (medians of ${rounds} rounds of ${runs})
  openai package, direct   ${decimal(median(direct))}
  through Aura             ${decimal(median(through))}
  added                    ${decimal(median(through.map((value, round) => value - (direct[round] ?? 0))))}
`);

const rows: string[][] = [];
for (const count of counts) {
  const crowds: { direct: Crowd[]; aura: Crowd[] } = { direct: [], aura: [] };
  for (let round = 1; round <= rounds; round++) {
    // Straight from the model the reader takes the server's place, and its core.
    moveToCore(CORES?.server, process.pid);
    crowds.direct.push(await crowdOf(count, straight));
    moveToCore(CORES?.others, process.pid);
    crowds.aura.push(await crowdOf(count, aura));
  }
  rows.push(crowdRow(`${count} direct`, crowds.direct), crowdRow(`${count} through Aura`, crowds.aura));
}
console.log(`Streams of ${TOKENS_PER_SECOND} tokens/s at once, ${values.seconds} s each, begun over ${SPREAD_S} s (medians of ${rounds} rounds)
${table([CROWD_COLUMNS, ...rows])}

Aura: the server on PostgreSQL with fsync on, pinned to one core; the model and the readers (${USERS} connections) share the other.
Core taken: the server was ready to run and others had its core; far from 0, the machine is too busy to measure.
Direct: the openai package reads from the model, pinned to the server's core. A stream falls behind when it delivers fewer
tokens a second than a direct one (the model's own timer makes that a little less than ${TOKENS_PER_SECOND}), or begins so late that
fewer are under way at once.`);

async function aura(index: number, count: number): Promise<OpenStream> {
  const client = clients[index % clients.length];
  if (client === undefined) throw new Error('nobody signed up');
  return await auraStream(client, scriptOf(count));
}

async function straight(_index: number, count: number): Promise<OpenStream> {
  return await Promise.resolve(directStream(model.url, scriptOf(count)));
}

async function firstTokens(count: number, prepare: typeof aura): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index++) {
    const stream = await prepare(index, 2);
    times.push((await stream()).firstTokenMs);
  }
  return times;
}

async function crowdOf(count: number, prepare: typeof aura): Promise<Crowd> {
  const streams: OpenStream[] = [];
  for (let index = 0; index < count; index++) streams.push(await prepare(index, tokens));
  const crowd = await readAtOnce(streams, cpuNow);
  for (const failure of crowd.failures.slice(0, 1)) console.error(`a stream failed: ${String(failure)}`);
  return crowd;
}

function cpuNow(): CpuTimes {
  const own = process.cpuUsage();
  return {
    server: server.cpuMs() ?? 0,
    database: cpuMsOf(postgres.pid) ?? 0,
    model: model.cpuMs() ?? 0,
    reader: (own.user + own.system) / 1_000,
    serverWaited: server.waitedMs() ?? 0,
  };
}
