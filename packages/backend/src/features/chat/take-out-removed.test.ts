import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { accountEvents } from '../account/account-events.ts';
import { handOverRooms } from '../upkeep/hand-over-rooms.ts';
import { unhurried } from '../upkeep/upkeep-testing.ts';
import {
  createStaffedRoom,
  createTestRoom,
  expectRoomConverges,
  failure,
  idOf,
  openRoomFeed,
  roomHead,
} from './room-testing.ts';
import { takeOutRemoved } from './take-out-removed.ts';

let test: TestBackend;
let admin: TestCaller;
beforeAll(async () => {
  test = await createTestBackend({ isStarted: false });
  admin = await createTestCaller(test.backend, { role: 'admin' });
});
afterAll(async () => await test[Symbol.asyncDispose]());

const remove = async (caller: TestCaller): Promise<unknown> =>
  await admin.call.auth.removeMember({ userId: idOf(caller) });
/** As when the process dies right after the removal. */
const removeOnly = async (caller: TestCaller): Promise<void> => {
  const { db } = test.backend.database;
  const removedAt = new Date();
  await db.updateTable('memberships').set({ removedAt }).where('userId', '=', idOf(caller)).execute();
};

it('whoever is taken out of the tenant is out of all its rooms, for everybody to see', async () => {
  const room = await createStaffedRoom(test.backend);
  const second = await createTestRoom(test.backend);
  const { roomId, owner, member } = room;
  await second.owner.call.chat.invite({ roomId: second.roomId, userIds: [idOf(member)] });
  const account = accountEvents(member.ctx, {}, AbortSignal.timeout(10_000));
  const notice = account.next();
  const feed = await openRoomFeed(member, roomId);
  const head = await roomHead(owner, roomId);
  const { members } = await expectRoomConverges(owner, roomId, async () => await remove(member));
  expect(members.map(({ userId }) => userId)).not.toContain(idOf(member));
  expect(await roomHead(owner, roomId)).toBe(head + 1);
  const { events } = await feed.ended;
  expect(events.at(-1)).toMatchObject({
    type: 'member_left',
    data: { userId: idOf(member), how: 'removed', by: idOf(admin) },
  });
  expect((await notice).value).toMatchObject([expect.any(String), { type: 'room_left' }, expect.anything()]);
  await account.return(undefined);
  const others = (await second.owner.call.chat.getRoom({ roomId: second.roomId })).state.members;
  expect(others.map(({ userId }) => userId)).not.toContain(idOf(member));
});

it('a room that is left by its last member is archived, and one without its owner gets another', async () => {
  const deserted = await createTestRoom(test.backend, { memberCount: 0 });
  await remove(deserted.owner);
  const { archivedAt } = await test.backend.database.db
    .selectFrom('rooms')
    .select('archivedAt')
    .where('id', '=', deserted.roomId)
    .executeTakeFirstOrThrow();
  expect(archivedAt).not.toBeNull();
  const room = await createStaffedRoom(test.backend);
  await remove(room.owner);
  await handOverRooms(test.backend, unhurried());
  const { members } = (await room.member.call.chat.getRoom({ roomId: room.roomId })).state;
  expect(new Map(members.map(({ userId, role }) => [userId, role]))).toEqual(
    new Map([
      [idOf(room.moderator), 'owner'],
      [idOf(room.member), 'member'],
    ]),
  );
});

it('what a removal has missed the sweep makes up for, once', async () => {
  const room = await createStaffedRoom(test.backend);
  const { roomId, owner, member } = room;
  await removeOnly(member);
  const { members } = await expectRoomConverges(
    owner,
    roomId,
    async () => await Promise.all([takeOutRemoved(test.backend, null), takeOutRemoved(test.backend, null)]),
  );
  expect(members).toHaveLength(2);
  const head = await roomHead(owner, roomId);
  await takeOutRemoved(test.backend, null);
  expect(await roomHead(owner, roomId)).toBe(head);
});

it('until then a removed member counts as none', async () => {
  const room = await createStaffedRoom(test.backend);
  const { roomId, owner, moderator, stranger } = room;
  await owner.call.chat.setMemberRole({ roomId, userId: idOf(moderator), role: 'owner' });
  for (const one of [moderator, stranger]) await removeOnly(one);
  // An owner who is removed looks after nothing.
  await expect(owner.call.chat.leaveRoom({ roomId })).rejects.toMatchObject(failure('CONFLICT'));
  const query = idOf(stranger).slice(0, 30);
  expect((await owner.call.chat.findPeople({ query, notInRoomId: roomId })).people).toEqual([]);
  const refusals = [idOf(stranger), randomUUID()].map(
    async (userId) =>
      await owner.call.chat.invite({ roomId, userIds: [userId] }).catch((err: unknown) => String(err)),
  );
  const [removed, nobody] = await Promise.all(refusals);
  expect(removed).toBe(nobody);
});
