import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller } from '../../testing/test-caller.ts';
import { accountEvents } from '../account/account-events.ts';
import { auditOf, createStaffedRoom, expectRoomConverges, failure, idOf, roomHead } from './room-testing.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend();
});
afterAll(async () => await test[Symbol.asyncDispose]());

describe('chat.setMemberRole', () => {
  it('is for owners, and for people who are in the room', async () => {
    const { roomId, owner, moderator, member, stranger } = await createStaffedRoom(test.backend);
    for (const { call } of [moderator, member]) {
      const promotion = call.chat.setMemberRole({ roomId, userId: idOf(member), role: 'owner' });
      await expect(promotion).rejects.toMatchObject(failure('FORBIDDEN'));
    }
    const nobody = owner.call.chat.setMemberRole({ roomId, userId: idOf(stranger), role: 'moderator' });
    await expect(nobody).rejects.toMatchObject(failure('NOT_FOUND'));
  });

  it('tells the room and the member’s own devices, once', async () => {
    const { roomId, owner, member } = await createStaffedRoom(test.backend);
    const signal = AbortSignal.timeout(10_000);
    const notices = accountEvents(member.ctx, {}, signal);
    const first = notices.next();
    const before = await roomHead(owner, roomId);
    const change = { roomId, userId: idOf(member), role: 'moderator' } as const;
    const state = await expectRoomConverges(owner, roomId, async () => {
      await Promise.all([owner.call.chat.setMemberRole(change), owner.call.chat.setMemberRole(change)]);
    });
    expect(await roomHead(owner, roomId)).toBe(before + 1);
    expect(state.members.map(({ role }) => role)).toEqual(
      expect.arrayContaining(['owner', 'moderator', 'moderator']),
    );
    expect((await first).value).toMatchObject([
      expect.any(String),
      { type: 'room_joined', data: { roomId, role: 'moderator' } },
      expect.anything(),
    ]);
    await notices.return(undefined);
    const audit = await auditOf(test.backend, roomId);
    expect(audit.at(-1)).toEqual({
      action: 'chat.role_set',
      data: { userId: idOf(member), role: 'moderator' },
    });
  });

  it('leaves a room never without an owner, also when two step down at once', async () => {
    const { roomId, owner, moderator, member } = await createStaffedRoom(test.backend);
    const stepDown = async ({ call, ctx }: typeof owner): Promise<unknown> =>
      await call.chat.setMemberRole({ roomId, userId: ctx.caller.userId, role: 'member' });
    await expect(stepDown(owner)).rejects.toMatchObject(failure('CONFLICT'));
    await owner.call.chat.setMemberRole({ roomId, userId: idOf(moderator), role: 'owner' });
    const ends = await Promise.allSettled([stepDown(owner), stepDown(moderator)]);
    expect(ends.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const { state } = await member.call.chat.getRoom({ roomId });
    expect(state.members.filter(({ role }) => role === 'owner')).toHaveLength(1);
  });

  it('gives no rank to a guest', async () => {
    const { roomId, owner } = await createStaffedRoom(test.backend);
    const guest = await createTestCaller(test.backend, { role: 'guest' });
    await owner.call.chat.invite({ roomId, userIds: [idOf(guest)] });
    const promotion = owner.call.chat.setMemberRole({ roomId, userId: idOf(guest), role: 'owner' });
    await expect(promotion).rejects.toMatchObject(failure('BAD_INPUT'));
  });
});
