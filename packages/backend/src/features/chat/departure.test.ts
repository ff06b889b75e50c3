import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { accountEvents } from '../account/account-events.ts';
import { roomEvents } from './room-events.ts';
import {
  createStaffedRoom,
  failure,
  followRoom,
  idOf,
  openRoomFeed,
  say,
  type StaffedRoom,
} from './room-testing.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend();
});
afterAll(async () => await test[Symbol.asyncDispose]());

const WAYS = {
  left: async ({ roomId, member }) => await member.call.chat.leaveRoom({ roomId }),
  removed: async ({ roomId, owner, member }) =>
    await owner.call.chat.removeMember({ roomId, userId: idOf(member) }),
  banned: async ({ roomId, owner, member }) =>
    await owner.call.chat.ban({ roomId, userId: idOf(member), reason: 'spam' }),
} satisfies Record<string, (room: StaffedRoom) => Promise<unknown>>;

describe.each(Object.entries(WAYS))('somebody who is %s', (how, depart) => {
  it('is told so, on all devices, and of nothing that comes after', async () => {
    const room = await createStaffedRoom(test.backend);
    const { roomId, owner, member } = room;
    const account = accountEvents(member.ctx, {}, AbortSignal.timeout(10_000));
    const notice = account.next();
    const feeds = await Promise.all([openRoomFeed(member, roomId), openRoomFeed(member, roomId)]);
    await say(owner, roomId, 'before');
    await depart(room);
    await say(owner, roomId, 'after');
    for (const { ended } of feeds) {
      const { events, code } = await ended;
      expect(code).toBe('FORBIDDEN');
      expect(events.map(({ type }) => type)).toEqual(['message_posted', 'member_left']);
      expect(events.at(-1)).toMatchObject({ data: { userId: idOf(member), how } });
    }
    expect((await notice).value).toMatchObject([
      expect.any(String),
      { type: 'room_left', data: { roomId } },
      expect.anything(),
    ]);
    await account.return(undefined);
  });

  it('gets nothing more with any cursor, and is answered as by no room', async () => {
    const room = await createStaffedRoom(test.backend);
    const { roomId, member } = room;
    const { cursor } = await member.call.chat.getRoom({ roomId });
    await depart(room);
    const answers = [];
    for (const id of [roomId, randomUUID()]) {
      for (const lastEventId of [cursor, undefined]) {
        const signal = AbortSignal.timeout(10_000);
        const refused = await roomEvents(member.ctx, { roomId: id, lastEventId }, signal).catch(
          (err: unknown) => err,
        );
        answers.push(JSON.stringify(refused));
      }
      answers.push(JSON.stringify(await member.call.chat.messages({ roomId: id }).catch((err) => err.cause)));
    }
    expect(new Set(answers).size).toBe(1);
  });

  it('may follow on from an old cursor after having come back', async () => {
    const room = await createStaffedRoom(test.backend);
    const { roomId, owner, member } = room;
    const { cursor } = await member.call.chat.getRoom({ roomId });
    await depart(room);
    await owner.call.chat.unban({ roomId, userId: idOf(member) });
    await say(owner, roomId, 'meanwhile');
    await owner.call.chat.invite({ roomId, userIds: [idOf(member)] });
    await say(owner, roomId, 'welcome back');
    const { events } = await followRoom(member, roomId, {
      lastEventId: cursor,
      until: (event) => event.type === 'message_posted' && event.data.message.text === 'welcome back',
    });
    expect(events.map(({ type }) => type)).toEqual([
      'member_left',
      'message_posted',
      'member_joined',
      'message_posted',
    ]);
    const again = await openRoomFeed(member, roomId);
    await owner.call.chat.removeMember({ roomId, userId: idOf(member) });
    expect((await again.ended).code).toBe('FORBIDDEN');
  });
});

it('leaves the feeds of the others open', async () => {
  const room = await createStaffedRoom(test.backend);
  const { roomId, owner, moderator, member } = room;
  const { cursor } = await moderator.call.chat.getRoom({ roomId });
  await owner.call.chat.removeMember({ roomId, userId: idOf(member) });
  await say(owner, roomId, 'after');
  const { events } = await followRoom(moderator, roomId, {
    lastEventId: cursor,
    until: ({ type }) => type === 'message_posted',
  });
  expect(events).toHaveLength(2);
  await expect(say(member, roomId, 'no')).rejects.toMatchObject(failure('NOT_FOUND'));
});
