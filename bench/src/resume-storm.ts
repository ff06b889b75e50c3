// npm run resume-storm -w bench : many clients come back at once, each of whom has missed much.
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startPostgres } from '@aura/backend/testing';
import { z } from 'zod';
import { type Child, startChild } from './child.ts';
import { CORES, moveToCore, onCore } from './cores.ts';
import { countOf } from './count-of.ts';
import { createPeerDatabase } from './create-peer-database.ts';
import { controlUrl, order } from './fanout/control.ts';
import { decimal, median, table } from './figures.ts';
import type { StormKind } from './resume-storm/venue.ts';

const HELP = `npm run resume-storm -w bench -- [options]
  --rounds N   rounds, the contestants taking turns; figures are medians over them (3)
  --clients N  who come back at once (2000)
  --missed N   events that each of them has missed (200)
  --stay N     clients that are there all the time, and get an event every 20 ms (50)
  --no-peer    Aura alone`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    clients: { type: 'string', default: '2000' },
    missed: { type: 'string', default: '200' },
    stay: { type: 'string', default: '50' },
    'no-peer': { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const rounds = countOf('rounds', values.rounds);
const clients = countOf('clients', values.clients);
const missed = countOf('missed', values.missed);
const stay = countOf('stay', values.stay);

interface Figures {
  tookMs: number;
  historyQueries: number;
  cpuMs: number;
  quietP99: number;
  stormP99: number;
  late: number;
  wrong: number;
}

const venue = z.object({ port: z.number(), path: z.string(), hellos: z.array(z.string()), head: z.number() });
const figuresNow = z.object({ historyQueries: z.number(), head: z.number(), cpuUs: z.number() });
const outcome = z.object({ tookMs: z.number(), late: z.number(), wrong: z.number() });
const latencies = z.object({ p50: z.number(), p99: z.number() });
const nothing = z.unknown().transform(() => {});
const QUIET_MS = 3_000;

await using postgres = await startPostgres({ durable: true });
moveToCore(CORES?.others, process.pid);
const peerUrl = await createPeerDatabase(postgres.url);
const kinds: StormKind[] = values['no-peer'] ? ['aura'] : ['query per client', 'aura'];
const figures = new Map<StormKind, Figures[]>();
for (let round = 1; round <= rounds; round++) {
  for (const kind of kinds) {
    const measured = await measure(kind);
    figures.set(kind, [...(figures.get(kind) ?? []), measured]);
    console.log(`round ${round}: ${kind}: ${decimal(measured.tookMs, 0)} ms`);
  }
}
const over = (kind: StormKind, of: (figure: Figures) => number, digits = 0): string =>
  decimal(median((figures.get(kind) ?? []).map(of)), digits);
console.log(
  `\n${clients} clients come back at once, ${missed} missed events each, ${stay} stay; medians of ${rounds} rounds`,
);
console.log(
  table([
    [
      '',
      'all caught up ms',
      'history queries',
      'server CPU ms',
      'live p99 ms before',
      'live p99 ms meanwhile',
      'late',
      'wrong',
    ],
    ...kinds.map((kind) => [
      kind === 'aura' ? 'Aura' : 'tRPC, a query per client',
      over(kind, ({ tookMs }) => tookMs),
      over(kind, ({ historyQueries }) => historyQueries),
      over(kind, ({ cpuMs }) => cpuMs),
      over(kind, ({ quietP99 }) => quietP99, 1),
      over(kind, ({ stormP99 }) => stormP99, 1),
      over(kind, ({ late }) => late),
      over(kind, ({ wrong }) => wrong),
    ]),
  ]),
);

async function measure(kind: StormKind): Promise<Figures> {
  await using stack = new AsyncDisposableStack();
  const databaseUrl = kind === 'aura' ? postgres.url : peerUrl;
  const server = stack.use(await start('server-main.ts', CORES?.server, { kind, databaseUrl }));
  const crowd = stack.use(await start('crowd-main.ts', CORES?.others, {}));
  await order(server.url, { name: 'append', input: { count: missed }, output: nothing });
  const now = await order(server.url, { name: 'venue', input: { missed: 1 }, output: venue });
  await order(crowd.url, { name: 'stay', input: { ...now, count: stay, missed: 0 }, output: nothing });
  await order(server.url, { name: 'live', input: { isOn: true }, output: nothing });
  await pause(QUIET_MS);
  const quiet = await order(crowd.url, { name: 'latencies', output: latencies });
  const before = await order(server.url, { name: 'figures', output: figuresNow });
  const back = await order(server.url, { name: 'venue', input: { missed }, output: venue });
  const input = { ...back, count: clients, missed };
  const { tookMs, late, wrong } = await order(crowd.url, { name: 'comeBack', input, output: outcome });
  const after = await order(server.url, { name: 'figures', output: figuresNow });
  const stormy = await order(crowd.url, { name: 'latencies', output: latencies });
  await order(server.url, { name: 'live', input: { isOn: false }, output: nothing });
  return {
    tookMs,
    historyQueries: after.historyQueries - before.historyQueries,
    cpuMs: (after.cpuUs - before.cpuUs) / 1_000,
    quietP99: quiet.p99,
    stormP99: stormy.p99,
    late,
    wrong,
  };
}

async function start(
  main: string,
  core: number | undefined,
  settings: object,
): Promise<Child & { url: string }> {
  const path = fileURLToPath(new URL(`resume-storm/${main}`, import.meta.url));
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', path, JSON.stringify(settings)];
  const env = { NODE_ENV: 'production' };
  const child = await startChild(onCore(core, node), { cwd: process.cwd(), env }, (output) =>
    Promise.resolve(controlUrl(output) !== null),
  );
  return { ...child, url: controlUrl(child.output()) ?? '' };
}
