// npm run rpc -w bench : what Aura adds to a call. Its smallest authenticated query over tRPC and over REST, against a bare
// tRPC server that checks the same kind of token; every server pinned to one core, in turns.
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { startPostgres } from '@aura/backend/testing';
import { z } from 'zod';
import { startAuraServer } from './aura-server.ts';
import { startBareTrpc } from './bare-trpc-process.ts';
import { type CallContestant, callFor, type CallFigures } from './call-load.ts';
import { CORES, moveToCore } from './cores.ts';
import { countOf } from './count-of.ts';
import { decimal, median, medianOf, table } from './figures.ts';

const HELP = `npm run rpc -w bench -- [options]
  --rounds N     rounds, the contestants taking turns; figures are medians over them (5)
  --seconds N    how long each is called in a round (5)
  --profile DIR  leave a CPU profile of the Aura server there`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '5' },
    profile: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const rounds = countOf('rounds', values.rounds);
const seconds = countOf('seconds', values.seconds);

await using postgres = await startPostgres({ durable: true });
moveToCore(CORES?.others, process.pid);
await using aura = await startAuraServer({
  databaseUrl: postgres.url,
  // Nobody asks a model here.
  modelUrl: 'http://127.0.0.1:9/v1',
  profileDir: values.profile ?? null,
});
await using bare = await startBareTrpc();
const token = await registerForToken(aura.url);

const cpuMs = (): number | null => aura.cpuMs();
const contestants: readonly CallContestant[] = [
  {
    name: 'bare tRPC',
    url: bare.url,
    path: '/trpc/service.health',
    token: bare.token,
    cpuMs: () => bare.cpuMs(),
  },
  { name: 'Aura, tRPC', url: aura.url, path: '/trpc/service.health', token, cpuMs },
  { name: 'Aura, REST', url: aura.url, path: '/health', token, cpuMs },
];
const figures = new Map<string, CallFigures[]>(contestants.map(({ name }) => [name, []]));
for (const contestant of contestants) await callFor(contestant, 3);
for (let round = 1; round <= rounds; round++) {
  for (const contestant of contestants) {
    figures.get(contestant.name)?.push(await callFor(contestant, seconds));
  }
}

const of = (name: string, key: 'perSecond' | 'p50' | 'p99'): number =>
  median((figures.get(name) ?? []).map((figure) => figure[key]));
const cpuOf = (name: string): number | null => medianOf((figures.get(name) ?? []).map(({ cpuUs }) => cpuUs));
const rows = contestants.map(({ name }) => [
  name,
  decimal(of(name, 'perSecond'), 0),
  decimal(of(name, 'p50'), 2),
  decimal(of(name, 'p99'), 2),
  decimal(cpuOf(name), 0),
]);
const ratio = (a: string, b: string): string => decimal(of(a, 'perSecond') / of(b, 'perSecond'), 2);
console.log(`The smallest authenticated query, 32 connections (medians of ${rounds} rounds of ${seconds} s)
${table([['', 'calls/s', 'p50 ms', 'p99 ms', 'server CPU µs/call'], ...rows])}

Aura's tRPC beside bare tRPC  ${ratio('Aura, tRPC', 'bare tRPC')}
REST beside Aura's tRPC       ${ratio('Aura, REST', 'Aura, tRPC')}

Bare: @trpc/server's standalone adapter and jose, nothing else. Aura as operators run it, in production mode: request ids,
security headers, CORS, limits, metrics, the check of ended sessions. Both pinned to one core, the caller on the other.`);

/** Of somebody who has just registered; lives 15 minutes. */
async function registerForToken(url: string): Promise<string> {
  const response = await fetch(`${url}/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: `bench-${randomUUID()}@aura.local`, password: randomUUID() }),
  });
  const answer: unknown = await response.json();
  return z.object({ access_token: z.string() }).parse(answer).access_token;
}
