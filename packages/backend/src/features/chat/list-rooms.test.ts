import { randomUUID } from 'node:crypto';
import { LIMITS, type ListRoomsOutput } from '@aura/contract';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withSnapshot } from '../../db/transaction.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, createTestTenant, type TestCaller } from '../../testing/test-caller.ts';
import { unreadStatement } from './room-message-store.ts';
import { createStaffedRoom, createTestRoom, failure, idOf, say } from './room-testing.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend();
});
afterAll(async () => await test[Symbol.asyncDispose]());

const createRoom = async (
  { call }: TestCaller,
  input: { name: string; isPublic?: boolean; userIds?: string[] },
): Promise<string> => (await call.chat.createRoom({ clientId: randomUUID(), ...input })).id;

const names = ({ rooms }: ListRoomsOutput): string[] => rooms.map(({ room }) => room.name);

describe('chat.listRooms', () => {
  it('pages through all of one’s rooms, each once, the one that was written in last first', async () => {
    const owner = await createTestCaller(test.backend);
    const ids = [];
    for (const name of ['a', 'b', 'c', 'd', 'e']) ids.push(await createRoom(owner, { name }));
    await createTestRoom(test.backend, { name: 'not mine', isPublic: true });
    await say(owner, ids[1] ?? '', 'hello');
    const pages: string[][] = [];
    let page: string | undefined;
    do {
      const answer = await owner.call.chat.listRooms({ limit: 2, ...(page === undefined ? {} : { page }) });
      pages.push(names(answer));
      page = answer.nextPage ?? undefined;
    } while (page !== undefined && pages.length < 10);
    expect(pages).toEqual([['b', 'e'], ['d', 'c'], ['a']]);
    await expect(owner.call.chat.listRooms({ page: 'made up' })).rejects.toMatchObject(failure('BAD_INPUT'));
  });

  it('pages in the right order when rooms were written in within one millisecond', async () => {
    const owner = await createTestCaller(test.backend);
    for (const name of ['a', 'b', 'c', 'd']) await createRoom(owner, { name });
    const { db } = test.backend.database;
    await db
      .updateTable('rooms')
      .set({ createdAt: new Date() })
      .where('createdBy', '=', idOf(owner))
      .execute();
    const first = await owner.call.chat.listRooms({ limit: 3 });
    const second = await owner.call.chat.listRooms({ limit: 3, page: first.nextPage ?? '' });
    expect([...names(first), ...names(second)].toSorted()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('counts what others have said since, and what mentions the reader, in threads too', async () => {
    const { roomId, owner, member } = await createStaffedRoom(test.backend);
    const { messageId: threadOf } = await say(owner, roomId, 'one');
    await say(owner, roomId, 'two');
    await say(member, roomId, 'mine');
    const mention = { roomId, text: 'you', mentions: [idOf(member)] };
    await owner.call.chat.postMessage({ ...mention, clientId: randomUUID() });
    await owner.call.chat.postMessage({ ...mention, threadOf, clientId: randomUUID() });
    const { rooms } = await member.call.chat.listRooms({});
    expect(rooms).toMatchObject([
      {
        memberCount: 3,
        role: 'member',
        unreadCount: 3,
        mentionCount: 2,
        lastMessage: { text: 'you', authorId: idOf(owner) },
      },
    ]);
    expect((await owner.call.chat.listRooms({})).rooms).toMatchObject([{ unreadCount: 1, mentionCount: 0 }]);
  });

  it('stops counting at a limit', async () => {
    const { roomId, owner, member } = await createStaffedRoom(test.backend);
    await Promise.all(
      Array.from({ length: LIMITS.unreadMax + 5 }, async (_, i) => await say(owner, roomId, `message ${i}`)),
    );
    const { rooms } = await member.call.chat.listRooms({});
    expect(rooms).toMatchObject([{ unreadCount: LIMITS.unreadMax }]);
  });

  it('counts without reading what does not count', async () => {
    const { roomId, owner, member } = await createStaffedRoom(test.backend);
    const { tenantId } = owner.ctx.caller;
    const { db } = test.backend.database;
    const { messageId } = await say(owner, roomId, 'root');
    await sql`
      insert into messages (id, tenant_id, conversation_id, role, text, author_id, author_name, thread_of, seq, created_at)
      select gen_random_uuid(), ${tenantId}, ${roomId}, 'user', 'filler', ${idOf(owner)}, 'x', ${messageId}, 1000 + n, now()
      from generate_series(1, 3000) n`.execute(db);
    await sql`analyze messages`.execute(db);
    const members = [{ roomId, userId: idOf(member) }];
    const { rows } = await withSnapshot(
      member.ctx,
      async (tx) => await sql<object>`explain ${unreadStatement({ members, max: 100 })}`.execute(tx),
    );
    const plan = rows.flatMap((row) => Object.values(row)).join('\n');
    expect(plan).toContain('messages_roots');
    expect(plan).toContain('messages_mentions');
    expect((await member.call.chat.listRooms({})).rooms).toMatchObject([{ unreadCount: 1, mentionCount: 0 }]);
  });

  it('shows everybody of the tenant but guests its public rooms, joined or not, and no others', async () => {
    const tenantId = await createTestTenant(test.backend);
    const owner = await createTestCaller(test.backend, { tenantId });
    const reader = await createTestCaller(test.backend, { tenantId });
    const guest = await createTestCaller(test.backend, { tenantId, role: 'guest' });
    const open = await createRoom(owner, { name: 'open', isPublic: true });
    await createRoom(owner, { name: 'closed' });
    await createRoom(owner, { name: 'with a guest', userIds: [idOf(guest)] });
    await createTestRoom(test.backend, { name: 'elsewhere', isPublic: true });
    await say(owner, open, 'hello');
    const listed = await reader.call.chat.listRooms({ scope: 'public' });
    expect(listed.rooms).toMatchObject([
      { role: null, unreadCount: 0, lastMessage: null, room: { name: 'open' } },
    ]);
    expect(names(await reader.call.chat.listRooms({}))).toEqual([]);
    expect(names(await guest.call.chat.listRooms({ scope: 'public' }))).toEqual([]);
    expect(names(await guest.call.chat.listRooms({}))).toEqual(['with a guest']);
    await reader.call.chat.joinRoom({ roomId: open });
    expect((await reader.call.chat.listRooms({ scope: 'public' })).rooms).toMatchObject([
      { role: 'member', lastMessage: { text: 'hello' } },
    ]);
    await owner.call.chat.ban({ roomId: open, userId: idOf(reader) });
    await say(owner, open, 'not for the banned');
    expect((await reader.call.chat.listRooms({ scope: 'public' })).rooms).toMatchObject([
      { role: null, lastMessage: null },
    ]);
  });

  it('finds one room by its id, a public one for whoever may join it, and tells nothing of any other', async () => {
    const tenantId = await createTestTenant(test.backend);
    const owner = await createTestCaller(test.backend, { tenantId });
    const reader = await createTestCaller(test.backend, { tenantId });
    const open = await createRoom(owner, { name: 'open', isPublic: true });
    const secret = await createRoom(owner, { name: 'secret' });
    const strangers = [
      await createTestCaller(test.backend, { tenantId, role: 'guest' }),
      await createTestCaller(test.backend, { role: 'admin' }),
    ];
    const find = async ({ call }: TestCaller, roomId: string, scope: 'mine' | 'public' = 'public') =>
      await call.chat.listRooms({ scope, roomId });
    expect(names(await find(reader, open))).toEqual(['open']);
    expect(names(await find(owner, secret, 'mine'))).toEqual(['secret']);
    const missing = await find(reader, randomUUID());
    expect(missing).toEqual({ rooms: [], nextPage: null });
    expect(await find(reader, secret)).toEqual(missing);
    expect(await find(reader, secret, 'mine')).toEqual(missing);
    for (const stranger of strangers) {
      for (const id of [open, secret]) expect(await find(stranger, id)).toEqual(missing);
    }
    await owner.call.chat.archiveRoom({ roomId: open });
    const { rooms } = await find(reader, open);
    expect(rooms).toMatchObject([{ room: { id: open, archivedAt: expect.any(String) } }]);
  });

  it('keeps archived rooms apart', async () => {
    const { roomId, owner } = await createTestRoom(test.backend, { name: 'old' });
    await owner.call.chat.archiveRoom({ roomId });
    expect(names(await owner.call.chat.listRooms({}))).toEqual([]);
    expect(names(await owner.call.chat.listRooms({ isArchived: true }))).toEqual(['old']);
  });

  it('finds all words of a search in a name, in any letter case, each character as it is', async () => {
    const owner = await createTestCaller(test.backend);
    for (const name of ['Team Lunch', 'lunch at 100%', 'a_b', 'axb', 'C:\\temp']) {
      await createRoom(owner, { name });
    }
    const search = async (query: string) => names(await owner.call.chat.listRooms({ query })).toSorted();
    expect(await search('lunch')).toEqual(['Team Lunch', 'lunch at 100%']);
    expect(await search('LUNCH  team')).toEqual(['Team Lunch']);
    expect(await search('%')).toEqual(['lunch at 100%']);
    expect(await search('a_b')).toEqual(['a_b']);
    expect(await search('\\')).toEqual(['C:\\temp']);
    expect(await search('nothing like it')).toEqual([]);
  });
});
