import { randomUUID } from 'node:crypto';
import { addMembers, createTestCaller, type TestCaller, withTransaction } from '@aura/backend/testing';
import { openBenchBackend } from '../open-bench-backend.ts';
import type { ChatVenue, ChatVenueOptions } from './venue.ts';

/**
 * `chat.postMessage` and `chat.events` of a real backend behind its real server: everybody a user of their own with a
 * token, membership and repeats checked, messages numbered and committed to PostgreSQL before anybody hears of them.
 */
export async function openAura(options: ChatVenueOptions): Promise<ChatVenue> {
  const { databaseUrl, redisUrl, shared } = options;
  const secret = shared?.secret ?? randomUUID() + randomUUID();
  await using stack = new AsyncDisposableStack();
  const { backend, server } = stack.use(await openBenchBackend({ databaseUrl, redisUrl, secret }));
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
  const ask = { id: 0, method: 'query', params: { path: 'auth.me' } };
  const parts = stack.move();
  return {
    port: server.port,
    path: '/trpc?connectionParams=1',
    shared: { roomId, secret },
    readers: hellos.slice(0, options.readers).map((first) => [first, JSON.stringify(read)]),
    writers: hellos.slice(options.readers).map((first) => [first, JSON.stringify(ask)]),
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
