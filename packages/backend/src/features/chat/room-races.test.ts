import { randomUUID } from 'node:crypto';
import type { RoomFeedEvent } from '@aura/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createStaffedRoom, followRoom, idOf, say, type StaffedRoom } from './room-testing.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend();
});
afterAll(async () => await test[Symbol.asyncDispose]());

interface End {
  act: (room: StaffedRoom) => Promise<unknown>;
  /** The event after which the member says nothing more. */
  isEnd: (event: RoomFeedEvent) => boolean;
  code: string;
}

const ENDS: Record<string, End> = {
  removal: {
    act: async ({ roomId, owner, member }) =>
      await owner.call.chat.removeMember({ roomId, userId: idOf(member) }),
    isEnd: ({ type }) => type === 'member_left',
    code: 'NOT_FOUND',
  },
  ban: {
    act: async ({ roomId, owner, member }) => await owner.call.chat.ban({ roomId, userId: idOf(member) }),
    isEnd: ({ type }) => type === 'member_left',
    code: 'NOT_FOUND',
  },
  departure: {
    act: async ({ roomId, member }) => await member.call.chat.leaveRoom({ roomId }),
    isEnd: ({ type }) => type === 'member_left',
    code: 'NOT_FOUND',
  },
  mute: {
    act: async ({ roomId, owner, member }) =>
      await owner.call.chat.mute({ roomId, userId: idOf(member), seconds: 60 }),
    isEnd: ({ type }) => type === 'member_updated',
    code: 'MUTED',
  },
  archiving: {
    act: async ({ roomId, owner }) => await owner.call.chat.archiveRoom({ roomId }),
    isEnd: ({ type }) => type === 'room_updated',
    code: 'ROOM_ARCHIVED',
  },
};

const ROUNDS = 5;

describe.each(Object.entries(ENDS))('%s', (_, { act, isEnd, code }) => {
  it('is the end: of twenty messages posted at the same time those that are stored come before it', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const room = await createStaffedRoom(test.backend);
      const { roomId, owner, member } = room;
      const { messageId: threadOf } = await say(member, roomId, 'root');
      const { cursor } = await owner.call.chat.getRoom({ roomId });
      const post = async (index: number): Promise<unknown> =>
        // Every other one goes the long way, in a transaction of its own.
        await member.call.chat.postMessage({
          roomId,
          text: `message ${index}`,
          clientId: randomUUID(),
          ...(index % 2 === 0 ? {} : { threadOf }),
        });
      const before = Array.from({ length: 10 }, async (_, index) => await post(index));
      const ending = act(room);
      const after = Array.from({ length: 10 }, async (_, index) => await post(10 + index));
      const ends = await Promise.allSettled([...before, ...after]);
      await ending;
      const fresh = await owner.call.chat.getRoom({ roomId });
      const { events } = await followRoom(owner, roomId, {
        lastEventId: cursor,
        until: ({ seq }) => fresh.cursor.endsWith(`.${seq}`),
      });
      expect(events.findIndex(isEnd)).toBe(events.length - 1);
      const refused = ends.filter(({ status }) => status === 'rejected');
      expect(events.length - 1).toBe(ends.length - refused.length);
      for (const end of refused) expect(end).toMatchObject({ reason: { cause: { code } } });
      await expect(post(20)).rejects.toMatchObject({ cause: { code } });
    }
  });
});
