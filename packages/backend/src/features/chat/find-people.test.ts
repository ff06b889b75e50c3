import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, createTestTenant } from '../../testing/test-caller.ts';
import { createTestRoom, failure, idOf } from './room-testing.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend();
});
afterAll(async () => await test[Symbol.asyncDispose]());

describe('chat.findPeople', () => {
  it('refuses guests, and rooms one is not in', async () => {
    const guest = await createTestCaller(test.backend, { role: 'guest' });
    await expect(guest.call.chat.findPeople({})).rejects.toMatchObject(failure('FORBIDDEN'));
    const { roomId } = await createTestRoom(test.backend);
    const stranger = await createTestCaller(test.backend);
    const call = stranger.call.chat.findPeople({ notInRoomId: roomId });
    await expect(call).rejects.toMatchObject(failure('NOT_FOUND'));
  });

  it('finds people of the tenant who are active, by the words of their name and by their address', async () => {
    const tenantId = await createTestTenant(test.backend);
    const { db } = test.backend.database;
    const person = async (set: { nickname?: string; email?: string; isActive?: boolean }) => {
      const caller = await createTestCaller(test.backend, { tenantId });
      await db.updateTable('users').set(set).where('id', '=', idOf(caller)).execute();
      return caller;
    };
    const ada = await person({ nickname: 'Ada Lovelace', email: 'countess@example.com' });
    const percent = await person({ nickname: '100%_sure' });
    await person({ nickname: 'Ada Gone', isActive: false });
    const plain = await person({ email: 'plain@example.com' });
    const foreigner = await createTestCaller(test.backend);
    await db.updateTable('users').set({ nickname: 'Ada Else' }).where('id', '=', idOf(foreigner)).execute();
    const find = async (query: string) => (await ada.call.chat.findPeople({ query })).people;
    expect(await find('ada')).toEqual([{ userId: idOf(ada), name: 'Ada Lovelace', pictureUrl: null }]);
    expect(await find('LOVE')).toHaveLength(1);
    expect(await find('count')).toHaveLength(1);
    expect(await find('lace')).toEqual([]);
    expect(await find('%')).toEqual([]);
    expect(await find('100%_')).toMatchObject([{ userId: idOf(percent) }]);
    expect(await find('plain')).toMatchObject([{ name: 'plain' }]);
    expect((await find('')).map(({ userId }) => userId).toSorted()).toEqual(
      [ada, percent, plain].map(idOf).toSorted(),
    );
  });

  it('leaves out those who are in a room', async () => {
    const { roomId, owner, members } = await createTestRoom(test.backend);
    const stranger = await createTestCaller(test.backend);
    const { db } = test.backend.database;
    for (const caller of [owner, ...members, stranger]) {
      await db.updateTable('users').set({ nickname: 'Zoe' }).where('id', '=', idOf(caller)).execute();
    }
    const { people } = await owner.call.chat.findPeople({ query: 'zoe', notInRoomId: roomId });
    expect(people.map(({ userId }) => userId)).toEqual([idOf(stranger)]);
  });
});
