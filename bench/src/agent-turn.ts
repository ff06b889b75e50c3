// npm run agent-turn -w bench : a turn of an agent whose model answers at once, on Aura and on LangGraph's JS server.
import { parseArgs } from 'node:util';
import { startPostgres, type TestPostgres } from '@aura/backend/testing';
import { printTurns } from './agent-turn-table.ts';
import { signUp, startAuraServer } from './aura-server.ts';
import { newStreamTurns, openConversationTurns } from './aura-turns.ts';
import { countOf } from './count-of.ts';
import { CORES, moveToCore } from './cores.ts';
import { decimal } from './figures.ts';
import { installLanggraph, startLanggraphServer } from './langgraph-server.ts';
import { langgraphTurns } from './langgraph-turns.ts';
import { measureTurns, type TurnFigures } from './measure-turns.ts';
import { startModelProcess } from './model-process.ts';
import { cpuMsOf } from './process-tree.ts';
import type { Contestant } from './turn.ts';

const HELP = `npm run agent-turn -w bench -- [options]
  --rounds N        rounds, the contestants taking turns; figures are medians over them (3)
  --runs N          turns one at a time per round; ten times as many under load (50)
  --concurrency N   turns under way at once under load (20)
  --users N         people the turns on Aura are spread over (as many as --concurrency)
  --no-peer         Aura alone
  --profile DIR     leave a CPU profile of every Aura server there`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    runs: { type: 'string', default: '50' },
    concurrency: { type: 'string', default: '20' },
    users: { type: 'string' },
    'no-peer': { type: 'boolean', default: false },
    profile: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const rounds = countOf('rounds', values.rounds);
const amounts = {
  runs: countOf('runs', values.runs),
  concurrency: countOf('concurrency', values.concurrency),
};
const users = countOf('users', values.users ?? values.concurrency);
/** Below what the server lets one connection have. */
const SUBSCRIPTIONS_PER_CLIENT = 50;
const TEXT = '#say Hello, here is the answer.';

if (!values['no-peer']) await installLanggraph();
// Before the move, so that it may use both cores: beside a real server it would have a machine of its own.
await using postgres = await startPostgres({ durable: true });
moveToCore(CORES?.others, process.pid);
await using model = await startModelProcess(0);

const figures = new Map<string, TurnFigures[]>();
for (let round = 1; round <= rounds; round++) {
  await measureAura(postgres);
  if (!values['no-peer']) await measureLanggraph();
}
printTurns(figures, { ...amounts, rounds });

async function measureAura({ url: databaseUrl, pid }: TestPostgres): Promise<void> {
  const profileDir = values.profile ?? null;
  await using server = await startAuraServer({ databaseUrl, modelUrl: model.url, profileDir });
  await using stack = new AsyncDisposableStack();
  const clients = await signUp(server.url, users);
  for (const client of clients) stack.use(client);
  const shared = {
    maxPrepared: users * SUBSCRIPTIONS_PER_CLIENT,
    serverCpuMs: () => server.cpuMs(),
    databaseCpuMs: () => cpuMsOf(pid),
    serverWaitedMs: () => server.waitedMs(),
  };
  const open = async (count: number) => await openConversationTurns(clients, count, TEXT);
  const fresh = async (count: number) => await newStreamTurns(clients, count, TEXT);
  try {
    await measure({ ...shared, name: 'Aura, conversation open', prepare: open });
    await measure({ ...shared, name: 'Aura, stream per run', prepare: fresh });
  } catch (err) {
    console.error(server.output().slice(-4_000));
    throw err;
  }
}

async function measureLanggraph(): Promise<void> {
  const workers = Math.max(10, amounts.concurrency);
  await using server = await startLanggraphServer({ modelUrl: model.url, workers });
  for (const [graph, name] of [
    ['trivial', 'LangGraph, answers itself'],
    ['model', 'LangGraph, asks the model'],
  ] as const) {
    const prepare = async (count: number) => await langgraphTurns(server.url, { graph, count, text: TEXT });
    await measure({
      name,
      prepare,
      maxPrepared: Infinity,
      serverCpuMs: () => server.cpuMs(),
      databaseCpuMs: () => null,
      serverWaitedMs: () => server.waitedMs(),
    });
  }
}

async function measure(contestant: Contestant): Promise<void> {
  const measured = await measureTurns(contestant, amounts);
  figures.set(contestant.name, [...(figures.get(contestant.name) ?? []), measured]);
  const { firstP50, finishedP50, turnsPerSecond } = measured;
  console.log(
    `${contestant.name}: first event ${decimal(firstP50)} ms, finished ${decimal(finishedP50)} ms, ${decimal(turnsPerSecond, 0)} runs/s`,
  );
}
