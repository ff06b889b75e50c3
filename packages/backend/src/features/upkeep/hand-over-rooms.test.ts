import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import type { TestCaller } from '../../testing/test-caller.ts';
import {
  auditOf,
  createStaffedRoom,
  expectRoomConverges,
  idOf,
  roomHead,
  type StaffedRoom,
} from '../chat/room-testing.ts';
import { handOverRooms } from './hand-over-rooms.ts';
import { unhurried } from './upkeep-testing.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend();
});
afterAll(async () => await test[Symbol.asyncDispose]());

const handOver = async (): Promise<void> => await handOverRooms(test.backend, unhurried());

const deactivate = async (caller: TestCaller): Promise<void> => {
  const { db } = test.backend.database;
  await db.updateTable('users').set({ isActive: false }).where('id', '=', idOf(caller)).execute();
};
const makeGuest = async (caller: TestCaller): Promise<void> => {
  const { db } = test.backend.database;
  await db.updateTable('memberships').set({ role: 'guest' }).where('userId', '=', idOf(caller)).execute();
};

const ownersOf = async ({ roomId, member }: StaffedRoom): Promise<string[]> => {
  const { members } = (await member.call.chat.getRoom({ roomId })).state;
  return members.flatMap(({ role, userId }) => (role === 'owner' ? [userId] : []));
};

it.each([
  { what: 'deactivated', disable: deactivate },
  { what: 'made a guest', disable: makeGuest },
])('makes the moderator an owner, once, when the only owner was $what', async ({ disable }) => {
  const room = await createStaffedRoom(test.backend);
  const { roomId, owner, moderator, member } = room;
  await disable(owner);
  const head = await roomHead(member, roomId);
  await expectRoomConverges(member, roomId, async () => {
    await Promise.all([handOver(), handOver()]);
  });
  await handOver();
  expect((await ownersOf(room)).toSorted()).toEqual([owner, moderator].map(idOf).toSorted());
  expect(await roomHead(member, roomId)).toBe(head + 1);
  expect((await auditOf(test.backend, roomId)).at(-1)).toEqual({
    action: 'chat.room_handed_over',
    data: { userId: idOf(moderator) },
  });
});

it('falls back on a member, and on nobody who could not act', async () => {
  const room = await createStaffedRoom(test.backend);
  for (const one of [room.owner, room.moderator]) await deactivate(one);
  await handOver();
  expect(await ownersOf(room)).toContain(idOf(room.member));
  const lost = await createStaffedRoom(test.backend);
  for (const one of [lost.owner, lost.moderator, lost.member]) await makeGuest(one);
  await handOver();
  expect(await ownersOf(lost)).toEqual([idOf(lost.owner)]);
});

it('leaves rooms alone that have an owner', async () => {
  const room = await createStaffedRoom(test.backend);
  await deactivate(room.moderator);
  await handOver();
  expect(await ownersOf(room)).toEqual([idOf(room.owner)]);
});

it('finds an owner for an archived room that its own have left, who can open it again', async () => {
  const room = await createStaffedRoom(test.backend);
  const { roomId, owner, moderator } = room;
  await owner.call.chat.archiveRoom({ roomId });
  await owner.call.chat.leaveRoom({ roomId });
  await handOver();
  expect(await ownersOf(room)).toEqual([idOf(moderator)]);
  const opened = await moderator.call.chat.archiveRoom({ roomId, isArchived: false });
  expect(opened).toMatchObject({ archivedAt: null });
});

it('lets nobody vanish from a room without a word: a membership ends after its rooms were left', async () => {
  const { roomId, member } = await createStaffedRoom(test.backend);
  const { db } = test.backend.database;
  const remove = async (): Promise<unknown> =>
    await db.deleteFrom('memberships').where('userId', '=', idOf(member)).execute();
  await db.deleteFrom('sessions').where('userId', '=', idOf(member)).execute();
  await expect(remove()).rejects.toThrow(/room_members/);
  await member.call.chat.leaveRoom({ roomId });
  await remove();
});
