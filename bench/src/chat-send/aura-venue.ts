import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBackend, createHttpServer } from '@aura/backend';
import { addMembers, createTestCaller, type TestCaller, withTransaction } from '@aura/backend/testing';
import type { ChatVenue, ChatVenueOptions } from './venue.ts';

const MANY = 100_000;

/**
 * `chat.postMessage` and `chat.events` of a real backend behind its real server: everybody a user of their own with a
 * token, membership and repeats checked, messages numbered and committed to PostgreSQL before anybody hears of them.
 */
export async function openAura(options: ChatVenueOptions): Promise<ChatVenue> {
  const { databaseUrl, redisUrl, shared } = options;
  const secret = shared?.secret ?? randomUUID() + randomUUID();
  await using stack = new AsyncDisposableStack();
  const backend = stack.use(
    await createBackend({
      environment: 'production',
      version: 'bench',
      database: { kind: 'postgres', url: databaseUrl },
      blobs: { kind: 'folder', folder: join(tmpdir(), 'aura-bench-blobs') },
      redisUrl,
      jwtSecret: secret,
      allowedOrigins: [],
      allowedHosts: null,
      trustedProxies: [],
      isRegistrationOpen: false,
      model: { baseUrl: 'http://127.0.0.1:9/v1', apiKey: 'none', models: ['none'] },
    }),
  );
  const limits = { sockets: { maxSockets: MANY, maxSocketsPerAddress: MANY, maxSocketsPerUser: MANY } };
  const server = stack.use(
    await createHttpServer(backend, { host: '127.0.0.1', port: 0, webRoot: null, limits }),
  );
  const people: TestCaller[] = [];
  let roomId = shared?.roomId ?? '';
  if (shared === null) {
    const count = options.readers + options.writers;
    for (let index = 0; index < count; index++) people.push(await createTestCaller(backend));
    roomId = await openRoom(people);
  }
  const hello = async ({ ctx }: TestCaller): Promise<string> => {
    const { token } = await backend.accessTokens.issue({ ...ctx.caller, email: 'bench@aura.local' });
    return JSON.stringify({ method: 'connectionParams', data: { token } });
  };
  const hellos = await Promise.all(people.map(hello));
  const read = { id: 1, method: 'subscription', params: { path: 'chat.events', input: { roomId } } };
  const parts = stack.move();
  return {
    port: server.port,
    path: '/trpc?connectionParams=1',
    shared: { roomId, secret },
    readers: hellos.slice(0, options.readers).map((first) => [first, JSON.stringify(read)]),
    writers: hellos.slice(options.readers).map((first) => [first]),
    async stored() {
      const { count } = await backend.database.db
        .selectFrom('messages')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('conversationId', '=', roomId)
        .executeTakeFirstOrThrow();
      return count;
    },
    [Symbol.asyncDispose]: async () => await parts.disposeAsync(),
  };
}

async function openRoom([owner, ...others]: readonly TestCaller[]): Promise<string> {
  if (owner === undefined) throw new Error('nobody to make a room');
  const { id: roomId } = await owner.call.chat.createRoom({ clientId: randomUUID(), name: 'Bench' });
  await withTransaction(owner.ctx, async (tx) => {
    const place = { tenantId: owner.ctx.caller.tenantId, roomId };
    const userIds = others.map(({ ctx }) => ctx.caller.userId);
    await addMembers(tx, place, { userIds, role: 'member', invitedBy: null });
  });
  return roomId;
}
