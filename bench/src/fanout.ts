// npm run fanout -w bench : what it costs a server to tell many sockets the same. Aura's subscriptions beside a bare loop
// over `ws` sockets, Socket.IO and a stock tRPC subscription, each server alone in a process on a core of its own.
import { parseArgs } from 'node:util';
import { startPostgres } from '@aura/backend/testing';
import { countOf } from './count-of.ts';
import { CORES, moveToCore } from './cores.ts';
import { compareFanout, CONTESTANTS } from './fanout/compare-fanout.ts';
import { measureFlat } from './fanout/measure-flat.ts';
import { measureStalled } from './fanout/measure-stalled.ts';
import { wordOf } from './word-of.ts';

const HELP = `npm run fanout -w bench -- [options]
  --rounds N         rounds, the contestants taking turns; figures are medians over them (3)
  --subscribers LIST how many subscribers, one table for each (100,500,2000)
  --only LIST        of raw, socket.io, trpc, aura, aura-hub (all)
  --flat             instead: Aura with 10 to 2,000 subscribers, and with 1,000,000 events in the log
  --stalled N        instead: N readers that never read beside 100 that do
  --profile DIR      leave CPU profiles of the Aura servers there`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    subscribers: { type: 'string', default: '100,500,2000' },
    only: { type: 'string', default: 'raw,socket.io,trpc,aura,aura-hub' },
    flat: { type: 'boolean', default: false },
    stalled: { type: 'string' },
    profile: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const rounds = countOf('rounds', values.rounds);
const stalled = values.stalled === undefined ? null : countOf('stalled', values.stalled);
const counts = values.subscribers.split(',').map((count) => countOf('subscribers', count));
const kinds = [...new Set(CONTESTANTS.map(({ kind }) => kind))];
const only = values.only.split(',').map((kind) => wordOf('only', kind, kinds));

await using postgres = await startPostgres({ durable: true });
moveToCore(CORES?.others, process.pid);
const options = { databaseUrl: postgres.url, profileDir: values.profile ?? null };

if (stalled !== null) {
  console.log(await measureStalled({ stalled, ...options }));
} else if (values.flat) {
  console.log(`Server CPU a delivery, one event at a time (medians of ${rounds} rounds)
${await measureFlat({ rounds, ...options })}`);
} else {
  const contestants = CONTESTANTS.filter(({ kind }) => only.includes(kind));
  for (const subscribers of counts) {
    console.log(`${subscribers} subscribers, events of about 270 bytes (medians of ${rounds} rounds)
${await compareFanout({ contestants, subscribers, rounds, ...options })}
`);
  }
  console.log(`CPU: user and system time of the server's process for a delivery. Fan-out: without what the same events cost it when nobody
listens, which for Aura is the commit; ratios are of this. Grown: memory since the first 20 had subscribed; fan-out RSS: that much more
than a process with nothing but ws. Every client checked that it got every event once and in order. Aura: conversation.events on PostgreSQL with fsync on, signed in, authorised, resumable;
uncommitted: the same events handed to its hub without a commit, one after the other as the others do it.`);
}
