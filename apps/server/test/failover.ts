// npm run failover -- [--kills N] [--approvals N] : how long until somebody else goes on, on PostgreSQL and Redis.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startPostgres, startRedis } from '@aura/backend/testing';
import { type AuraClient, createAuraClient, newClientId } from '@aura/client';
import type { ConversationFeedEvent } from '@aura/contract';
import { startOfflineModel } from '@aura/offline-model';
import { type ServerProcess, startServerProcess } from '../src/server-process.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    approvals: { type: 'string', default: '50' },
    help: { type: 'boolean', short: 'h' },
  },
});
const kills = Number(values.kills);
const approvals = Number(values.approvals);
if (values.help === true || !Number.isSafeInteger(kills) || !Number.isSafeInteger(approvals)) {
  console.log('npm run failover -- [--kills N] [--approvals N]');
  process.exit(values.help === true ? 0 : 1);
}

const EVENT_TIMEOUT_MS = 20_000;

await using stack = new AsyncDisposableStack();
const folder = stack.adopt(await mkdtemp(join(tmpdir(), 'aura-failover-')), async (path) => {
  await rm(path, { recursive: true, force: true });
});
const postgres = stack.use(await startPostgres({ durable: true }));
const redis = stack.use(await startRedis());
const model = stack.use(await startOfflineModel());
const env = {
  AURA_DATA_DIR: folder,
  DATABASE_URL: postgres.url,
  REDIS_URL: redis.url,
  OPENAI_BASE_URL: model.url,
  OPENAI_MODEL: 'aura-offline',
  LOG_LEVEL: 'fatal',
};
const startWorker = async (): Promise<ServerProcess> =>
  await startServerProcess({ ...env, AURA_ROLES: 'worker' });
const web = stack.use(await startServerProcess({ ...env, AURA_ROLES: 'web' }));
const client = stack.use(createAuraClient({ url: web.url }));
await client.register({ email: `failover-${newClientId()}@aura.local`, password: newClientId() });

let worker = await startWorker();
stack.defer(async () => await worker.kill());
await measureKills();
await measureApprovals('approve → next event on another node', approvals);
await redis.stop();
await measureApprovals('the same with Redis stopped', Math.ceil(approvals / 5));

/** Each round: a streaming run, its owner killed, the time until its reader hears from the other worker. */
async function measureKills(): Promise<void> {
  const times: number[] = [];
  for (let round = 1; round <= kills; round++) {
    const feed = await ask(client, '#delay 20\n#repeat 3000 tick');
    await feed.next((event) => event.type === 'content_delta');
    const other = await startWorker();
    const dying = worker;
    worker = other;
    const killedAt = performance.now();
    await dying.kill();
    await feed.next((event) => event.type === 'run_started');
    times.push(performance.now() - killedAt);
    await client.agent.stop.mutate({ runId: feed.runId });
    feed.close();
    if (round % 10 === 0) console.log(`${round} kills`);
  }
  print('kill -9 of the owner → next event on another node', times);
}

async function measureApprovals(title: string, count: number): Promise<void> {
  const times: number[] = [];
  for (let round = 1; round <= count; round++) {
    const feed = await ask(client, '#tool ask_user {"question":"Go on?"}\n#say done');
    const asked = await feed.next((event) => event.type === 'hitl');
    await feed.next((event) => event.type === 'run_waiting');
    if (asked.type !== 'hitl') throw new Error('nothing was asked');
    const { id: approvalId, argsHash } = asked.data.approval;
    const decidedAt = performance.now();
    const decided = client.hitl.respond.mutate({ approvalId, argsHash, answer: 'yes' });
    await feed.next((event) => event.type === 'run_started');
    times.push(performance.now() - decidedAt);
    await decided;
    await feed.next((event) => event.type === 'done');
    feed.close();
  }
  print(title, times);
}

interface Feed {
  runId: string;
  /** The next event that fits, from the last one waited for on. */
  next(fits: (event: ConversationFeedEvent) => boolean): Promise<ConversationFeedEvent>;
  close(): void;
}

async function ask(asking: AuraClient, text: string): Promise<Feed> {
  const { conversation, runId } = await asking.conversation.create.mutate({
    clientId: newClientId(),
    message: { text },
  });
  if (runId === null) throw new Error('no run was started');
  const unread: ConversationFeedEvent[] = [];
  let wake = Promise.withResolvers<void>();
  const subscription = asking.conversation.events.subscribe(
    { conversationId: conversation.id },
    {
      onData({ data }) {
        unread.push(data);
        wake.resolve();
      },
      onError: (err) => wake.reject(err),
    },
  );
  return {
    runId,
    async next(fits) {
      const deadline = AbortSignal.timeout(EVENT_TIMEOUT_MS);
      for (;;) {
        deadline.throwIfAborted();
        const event = unread.shift();
        if (event === undefined) {
          wake = Promise.withResolvers();
          const tooLate = setTimeout(() => wake.reject(new Error('no event came')), EVENT_TIMEOUT_MS);
          await wake.promise.finally(() => clearTimeout(tooLate));
        } else if (fits(event)) return event;
      }
    },
    close: () => subscription.unsubscribe(),
  };
}

function print(title: string, times: readonly number[]): void {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => Math.round(sorted[Math.ceil(sorted.length * share) - 1] ?? 0);
  console.log(`${title}: n=${times.length} p50=${at(0.5)} ms p99=${at(0.99)} ms max=${at(1)} ms`);
}
