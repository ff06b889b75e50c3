// npm run chat-send -w bench : messages that are kept and told, on Aura and on Socket.IO with an INSERT through `pg`.
import { parseArgs } from 'node:util';
import { startPostgres, startRedis } from '@aura/backend/testing';
import { measureChat, type ChatFigures } from './chat-send/measure-chat.ts';
import type { ChatKind } from './chat-send/venue.ts';
import { CORES, moveToCore } from './cores.ts';
import { countOf } from './count-of.ts';
import { createPeerDatabase } from './create-peer-database.ts';
import { decimal, median, table } from './figures.ts';
import { wordOf } from './word-of.ts';

const HELP = `npm run chat-send -w bench -- [options]
  --rounds N     rounds, the contestants taking turns; figures are medians over them (3)
  --seconds N    of each measurement (8)
  --writers N    people who write, each one message after the other (64)
  --readers N    people who read (50)
  --no-peer      Aura alone
  --database X   whose core PostgreSQL shares: the server's (then the clients are never the limit) or the clients'
                 (then the server has a core to itself): server or clients (server)
  --one-node     leave out the measurements over two nodes with Redis
  --profile DIR  leave a CPU profile of every Aura server there`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '8' },
    writers: { type: 'string', default: '64' },
    readers: { type: 'string', default: '50' },
    'no-peer': { type: 'boolean', default: false },
    database: { type: 'string', default: 'server' },
    'one-node': { type: 'boolean', default: false },
    profile: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const sharing = wordOf('database', values.database, ['server', 'clients']);
const rounds = countOf('rounds', values.rounds);
const plan = {
  seconds: countOf('seconds', values.seconds),
  writers: countOf('writers', values.writers),
  readers: countOf('readers', values.readers),
  profileDir: values.profile ?? null,
};

await using postgres = await startPostgres({ durable: true });
await using redis = await startRedis();
moveToCore(CORES?.others, process.pid);
if (sharing === 'server') moveToCore(CORES?.server, postgres.pid);
const peerUrl = await createPeerDatabase(postgres.url);

const kinds: ChatKind[] = values['no-peer'] ? ['aura'] : ['socket.io', 'aura'];
const nodeCounts = values['one-node'] ? [1] : [1, 2];
const figures = new Map<string, ChatFigures[]>();
for (let round = 1; round <= rounds; round++) {
  for (const nodes of nodeCounts) {
    for (const kind of kinds) {
      const name = nameOf(kind, nodes);
      const redisUrl = nodes === 1 ? null : redis.url;
      const measured = await measureChat({
        ...plan,
        kind,
        nodes,
        databaseUrl: kind === 'aura' ? postgres.url : peerUrl,
        databasePid: postgres.pid,
        redisUrl,
      });
      figures.set(name, [...(figures.get(name) ?? []), measured]);
      console.log(`round ${round}: ${name}: ${decimal(measured.perSecond, 0)} messages/s`);
    }
  }
}

const COLUMNS = [
  '',
  'messages/s',
  'p50 ms',
  'p99 ms',
  'server CPU µs/message',
  'database CPU µs/message',
  'wrong',
  'out of order',
];
const over = (name: string, of: (figure: ChatFigures) => number): number =>
  median((figures.get(name) ?? []).map(of));
console.log(
  `\n${plan.writers} writers, ${plan.readers} readers, acknowledged after the commit, medians of ${rounds} rounds of ${plan.seconds} s, fsync on,\nPostgreSQL on the core of the ${sharing}`,
);
console.log(
  table([
    COLUMNS,
    ...[...figures.keys()].map((name) => [
      name,
      decimal(
        over(name, ({ perSecond }) => perSecond),
        0,
      ),
      decimal(over(name, ({ p50 }) => p50)),
      decimal(over(name, ({ p99 }) => p99)),
      decimal(
        over(name, ({ serverCpuUs }) => serverCpuUs),
        0,
      ),
      decimal(
        over(name, ({ databaseCpuUs }) => databaseCpuUs),
        0,
      ),
      decimal(
        over(name, ({ wrong }) => wrong),
        0,
      ),
      decimal(
        over(name, ({ outOfOrder }) => outOfOrder),
        0,
      ),
    ]),
  ]),
);
for (const nodes of nodeCounts) {
  const [ours, theirs] = [nameOf('aura', nodes), nameOf('socket.io', nodes)];
  if (!figures.has(theirs)) continue;
  const ratio = over(ours, ({ perSecond }) => perSecond) / over(theirs, ({ perSecond }) => perSecond);
  console.log(`${nodes} node${nodes === 1 ? '' : 's'}: ${decimal(ratio, 2)} × the messages/s of Socket.IO`);
}

function nameOf(kind: ChatKind, nodes: number): string {
  const name = kind === 'aura' ? 'Aura' : 'Socket.IO + INSERT';
  return nodes === 1 ? name : `${name}, ${nodes} nodes`;
}
