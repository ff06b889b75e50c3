import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, createTestTenant } from '../../testing/test-caller.ts';
import {
  auditOf,
  createStaffedRoom,
  createTestRoom,
  expectRoomConverges,
  failure,
  idOf,
  roomHead,
} from './room-testing.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend();
});
afterAll(async () => await test[Symbol.asyncDispose]());

describe('chat.joinRoom', () => {
  it('refuses a guest, and answers for a private room, or another tenant’s, as for none', async () => {
    const { roomId } = await createTestRoom(test.backend, { isPublic: true });
    const secret = await createTestRoom(test.backend);
    const guest = await createTestCaller(test.backend, { role: 'guest' });
    await expect(guest.call.chat.joinRoom({ roomId })).rejects.toMatchObject(failure('FORBIDDEN'));
    const insider = await createTestCaller(test.backend, { role: 'admin' });
    const tenantId = await createTestTenant(test.backend);
    const foreigner = await createTestCaller(test.backend, { tenantId });
    for (const [caller, hiddenId] of [
      [insider, secret.roomId],
      [foreigner, roomId],
    ] as const) {
      const hidden = await caller.call.chat.joinRoom({ roomId: hiddenId }).catch((err: unknown) => err);
      const missing = await caller.call.chat.joinRoom({ roomId: randomUUID() }).catch((err: unknown) => err);
      expect(hidden).toMatchObject(failure('NOT_FOUND'));
      expect(JSON.stringify(hidden)).toBe(JSON.stringify(missing));
    }
  });

  it('lets anybody of the tenant into a public room, once, however often and at once it is called', async () => {
    const { roomId, owner } = await createTestRoom(test.backend, { isPublic: true });
    const joiner = await createTestCaller(test.backend);
    await expect(joiner.call.chat.getRoom({ roomId })).rejects.toMatchObject(failure('FORBIDDEN'));
    const before = await roomHead(owner, roomId);
    const state = await expectRoomConverges(owner, roomId, async () => {
      await Promise.all(Array.from({ length: 5 }, async () => await joiner.call.chat.joinRoom({ roomId })));
      await joiner.call.chat.joinRoom({ roomId });
    });
    expect(await roomHead(joiner, roomId)).toBe(before + 1);
    expect(state.members.filter(({ userId }) => userId === idOf(joiner))).toMatchObject([{ role: 'member' }]);
  });

  it('keeps the list of members in one order, however many join in one moment', async () => {
    const { roomId, owner } = await createTestRoom(test.backend, { isPublic: true });
    const joiners = await Promise.all(
      Array.from({ length: 12 }, async () => await createTestCaller(test.backend)),
    );
    const state = await expectRoomConverges(owner, roomId, async () => {
      const [first, ...others] = joiners;
      await owner.call.chat.invite({ roomId, userIds: others.slice(5).map(idOf) });
      await Promise.all(
        [first, ...others.slice(0, 5)].map(async (one) => await one?.call.chat.joinRoom({ roomId })),
      );
    });
    expect(state.members).toHaveLength(14);
  });

  it('refuses a room that is archived', async () => {
    const { roomId, owner } = await createTestRoom(test.backend, { isPublic: true });
    await owner.call.chat.archiveRoom({ roomId });
    const late = await createTestCaller(test.backend);
    await expect(late.call.chat.joinRoom({ roomId })).rejects.toMatchObject(failure('ROOM_ARCHIVED'));
  });
});

describe('chat.leaveRoom', () => {
  it('takes whoever calls it out of the room, once, guests too, and says nothing of rooms that are hidden', async () => {
    const { roomId, owner } = await createTestRoom(test.backend, { memberCount: 0 });
    const guest = await createTestCaller(test.backend, { role: 'guest' });
    await owner.call.chat.invite({ roomId, userIds: [idOf(guest)] });
    const state = await expectRoomConverges(owner, roomId, async () => {
      await Promise.all([guest.call.chat.leaveRoom({ roomId }), guest.call.chat.leaveRoom({ roomId })]);
    });
    expect(state.members.map(({ userId }) => userId)).toEqual([idOf(owner)]);
    const before = await roomHead(owner, roomId);
    expect(await guest.call.chat.leaveRoom({ roomId })).toEqual({});
    expect(await guest.call.chat.leaveRoom({ roomId: randomUUID() })).toEqual({});
    expect(await roomHead(owner, roomId)).toBe(before);
    await expect(guest.call.chat.getRoom({ roomId })).rejects.toMatchObject(failure('NOT_FOUND'));
  });

  it('keeps the only owner in as long as others are there, also when two owners leave at once', async () => {
    const { roomId, owner, moderator, member } = await createStaffedRoom(test.backend);
    await expect(owner.call.chat.leaveRoom({ roomId })).rejects.toMatchObject(failure('CONFLICT'));
    await owner.call.chat.setMemberRole({ roomId, userId: idOf(moderator), role: 'owner' });
    const ends = await Promise.allSettled(
      [owner, moderator].map(async ({ call }) => await call.chat.leaveRoom({ roomId })),
    );
    expect(ends.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const { state } = await member.call.chat.getRoom({ roomId });
    expect(state.members.map(({ role }) => role).toSorted()).toEqual(['member', 'owner']);
  });

  it('counts nobody as an owner who cannot act as one', async () => {
    const { roomId, owner, moderator, member } = await createStaffedRoom(test.backend);
    for (const other of [moderator, member]) {
      await owner.call.chat.setMemberRole({ roomId, userId: idOf(other), role: 'owner' });
    }
    const { db } = test.backend.database;
    await db.updateTable('users').set({ isActive: false }).where('id', '=', idOf(moderator)).execute();
    await db.updateTable('memberships').set({ role: 'guest' }).where('userId', '=', idOf(member)).execute();
    await expect(owner.call.chat.leaveRoom({ roomId })).rejects.toMatchObject(failure('CONFLICT'));
  });

  it('archives the room when the last one leaves', async () => {
    const { roomId, owner } = await createTestRoom(test.backend, { memberCount: 0, isPublic: true });
    await owner.call.chat.leaveRoom({ roomId });
    const { rooms } = await owner.call.chat.listRooms({ scope: 'public', isArchived: true });
    expect(rooms.find(({ room }) => room.id === roomId)).toMatchObject({ memberCount: 0 });
    await expect(owner.call.chat.joinRoom({ roomId })).rejects.toMatchObject(failure('ROOM_ARCHIVED'));
    expect(await auditOf(test.backend, roomId)).toMatchObject([{ action: 'chat.room_created' }]);
  });

  it('lets people out of an archived room', async () => {
    const { roomId, owner, member } = await createStaffedRoom(test.backend);
    await owner.call.chat.archiveRoom({ roomId });
    const state = await expectRoomConverges(owner, roomId, async () => {
      await member.call.chat.leaveRoom({ roomId });
    });
    expect(state.members).toHaveLength(2);
  });

  it('lets the only owner out of an archived room', async () => {
    const { roomId, owner, moderator } = await createStaffedRoom(test.backend);
    await owner.call.chat.archiveRoom({ roomId });
    const state = await expectRoomConverges(moderator, roomId, async () => {
      await owner.call.chat.leaveRoom({ roomId });
    });
    expect(state.members.map(({ role }) => role)).not.toContain('owner');
  });
});
