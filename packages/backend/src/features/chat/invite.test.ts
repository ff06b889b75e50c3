import { randomUUID } from 'node:crypto';
import { LIMITS } from '@aura/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, createTestTenant } from '../../testing/test-caller.ts';
import { auditOf, createStaffedRoom, expectRoomConverges, failure, idOf, roomHead } from './room-testing.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend();
});
afterAll(async () => await test[Symbol.asyncDispose]());

describe('chat.invite', () => {
  it('takes an owner or a moderator where the room is private, any member where it is public', async () => {
    const closed = await createStaffedRoom(test.backend);
    const open = await createStaffedRoom(test.backend, { isPublic: true });
    const userIds = [idOf(await createTestCaller(test.backend))];
    const inviteTo = async ({ roomId }: { roomId: string }, { call }: typeof closed.owner) =>
      await call.chat.invite({ roomId, userIds });
    await expect(inviteTo(closed, closed.stranger)).rejects.toMatchObject(failure('NOT_FOUND'));
    await expect(inviteTo(open, open.stranger)).rejects.toMatchObject(failure('FORBIDDEN'));
    await expect(inviteTo(closed, closed.member)).rejects.toMatchObject(failure('FORBIDDEN'));
    expect((await inviteTo(closed, closed.moderator)).members).toMatchObject([{ userId: userIds[0] }]);
    expect((await inviteTo(open, open.member)).members).toMatchObject([{ userId: userIds[0] }]);
  });

  it('invites all who are named or none, and nobody of another tenant or deactivated', async () => {
    const { roomId, owner, stranger } = await createStaffedRoom(test.backend);
    const foreigner = await createTestCaller(test.backend, {
      tenantId: await createTestTenant(test.backend),
    });
    const gone = await createTestCaller(test.backend);
    const { db } = test.backend.database;
    await db.updateTable('users').set({ isActive: false }).where('id', '=', idOf(gone)).execute();
    const before = await roomHead(owner, roomId);
    for (const nobody of [randomUUID(), idOf(foreigner), idOf(gone)]) {
      const call = owner.call.chat.invite({ roomId, userIds: [idOf(stranger), nobody] });
      await expect(call).rejects.toMatchObject({ ...failure('NOT_FOUND'), message: 'No such user.' });
    }
    expect(await roomHead(owner, roomId)).toBe(before);
  });

  it('makes a member of each once, and answers those who were members already as they are', async () => {
    const { roomId, owner, moderator, stranger } = await createStaffedRoom(test.backend);
    const userIds = [idOf(moderator), idOf(stranger), idOf(stranger)];
    const before = await roomHead(owner, roomId);
    const state = await expectRoomConverges(owner, roomId, async () => {
      await Promise.all([
        owner.call.chat.invite({ roomId, userIds }),
        moderator.call.chat.invite({ roomId, userIds }),
      ]);
    });
    expect(await roomHead(owner, roomId)).toBe(before + 1);
    const { members } = await owner.call.chat.invite({ roomId, userIds });
    expect(members.map(({ role }) => role)).toEqual(['moderator', 'member']);
    expect(state.members).toHaveLength(4);
    const audit = await auditOf(test.backend, roomId);
    expect(audit.filter(({ action }) => action === 'chat.members_invited')).toEqual([
      { action: 'chat.members_invited', data: { userIds: [idOf(stranger)] } },
    ]);
  });

  it('shows those who join later what was said before', async () => {
    const { roomId, owner, stranger } = await createStaffedRoom(test.backend);
    await owner.call.chat.postMessage({ roomId, text: 'before', clientId: randomUUID() });
    await owner.call.chat.invite({ roomId, userIds: [idOf(stranger)] });
    const { state } = await stranger.call.chat.getRoom({ roomId });
    expect(state.messages).toMatchObject([{ text: 'before' }]);
    const { rooms } = await stranger.call.chat.listRooms({});
    expect(rooms).toMatchObject([{ unreadCount: 0, room: { id: roomId } }]);
  });

  it('refuses one more than a full room holds, and still knows those who are in it', async () => {
    const { roomId, owner, member, stranger } = await createStaffedRoom(test.backend);
    const { db } = test.backend.database;
    const ids = Array.from({ length: LIMITS.roomMembers - 3 }, () => randomUUID());
    const { tenantId } = owner.ctx.caller;
    const { streamId } = await db
      .selectFrom('memberships')
      .select('streamId')
      .where('userId', '=', idOf(owner))
      .executeTakeFirstOrThrow();
    await db
      .insertInto('users')
      .values(ids.map((id) => ({ id, email: `${id}@test.local` })))
      .execute();
    await db
      .insertInto('memberships')
      .values(ids.map((userId) => ({ tenantId, userId, role: 'user' as const, streamId })))
      .execute();
    await db
      .insertInto('roomMembers')
      .values(
        ids.map((userId) => ({
          tenantId,
          roomId,
          userId,
          role: 'member' as const,
          name: 'n',
          joinedAt: new Date(),
        })),
      )
      .execute();
    const call = owner.call.chat.invite({ roomId, userIds: [idOf(stranger)] });
    await expect(call).rejects.toMatchObject(failure('TOO_MANY_REQUESTS'));
    expect((await owner.call.chat.invite({ roomId, userIds: [idOf(member)] })).members).toHaveLength(1);
  });
});
