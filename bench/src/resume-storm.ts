// npm run resume-storm -w bench : many clients come back at once, each of whom has missed much.
import { parseArgs } from 'node:util';
import { startPostgres } from '@aura/backend/testing';
import { CORES, moveToCore } from './cores.ts';
import { countOf } from './count-of.ts';
import { createPeerDatabase } from './create-peer-database.ts';
import { decimal } from './figures.ts';
import { measureStorm, type StormFigures, stormTable } from './resume-storm/measure-storm.ts';
import type { StormKind } from './resume-storm/venue.ts';

const HELP = `npm run resume-storm -w bench -- [options]
  --rounds N     rounds, the contestants taking turns; figures are medians over them (3)
  --clients N    who come back at once (2000)
  --missed N     events that each of them has missed (200)
  --stay N       clients that are there all the time, and get an event every 20 ms (50)
  --no-peer      Aura alone
  --profile DIR  leave a CPU profile of every server there`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    clients: { type: 'string', default: '2000' },
    missed: { type: 'string', default: '200' },
    stay: { type: 'string', default: '50' },
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
const clients = countOf('clients', values.clients);
const missed = countOf('missed', values.missed);
const stay = countOf('stay', values.stay);

await using postgres = await startPostgres({ durable: true });
moveToCore(CORES?.others, process.pid);
const peerUrl = await createPeerDatabase(postgres.url);
const kinds: StormKind[] = values['no-peer'] ? ['aura'] : ['query per client', 'aura'];
const figures = new Map<StormKind, StormFigures[]>();
for (let round = 1; round <= rounds; round++) {
  for (const kind of kinds) {
    const measured = await measureStorm({
      kind,
      databaseUrl: kind === 'aura' ? postgres.url : peerUrl,
      clients,
      missed,
      stay,
      profileDir: values.profile ?? null,
    });
    figures.set(kind, [...(figures.get(kind) ?? []), measured]);
    console.log(`round ${round}: ${kind}: ${decimal(measured.tookMs, 0)} ms`);
  }
}
console.log(
  `\n${clients} clients come back at once, ${missed} missed events each, ${stay} stay; medians of ${rounds} rounds`,
);
console.log(stormTable(figures));
