import { randomUUID } from 'node:crypto';
import { type AccountFeedEvent, LIMITS } from '@aura/contract';
import { isTrackedEnvelope } from '@trpc/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { accountEvents } from '../account/account-events.ts';
import { createTestRoom, say } from './room-testing.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend();
});
afterAll(async () => await test[Symbol.asyncDispose]());

/** What happens to a user while `action` runs, up to a mark that the test makes last. */
async function told({ ctx }: TestCaller, action: () => Promise<unknown>): Promise<AccountFeedEvent[]> {
  const stopping = new AbortController();
  const feed = accountEvents(ctx, {}, stopping.signal);
  const first = feed.next();
  const events: AccountFeedEvent[] = [];
  await action();
  const mark = await createTestCaller(test.backend);
  const room = await mark.call.chat.createRoom({
    clientId: randomUUID(),
    name: 'Mark',
    userIds: [ctx.caller.userId],
  });
  for (let next = await first; next.done !== true; next = await feed.next()) {
    if (!isTrackedEnvelope(next.value)) throw new Error('an event came without its cursor');
    const [, event] = next.value;
    if (event.type === 'room_joined' && event.data.roomId === room.id) break;
    events.push(event);
  }
  stopping.abort();
  return events;
}

describe('chat.markRead', () => {
  it('is for members: hidden equals missing', async () => {
    const { roomId } = await createTestRoom(test.backend);
    const { call } = await createTestCaller(test.backend);
    const [hidden, missing] = await Promise.all(
      [roomId, randomUUID()].map(
        async (id) => await call.chat.markRead({ roomId: id, seq: 1 }).catch((err: unknown) => err),
      ),
    );
    expect(hidden).toMatchObject({ cause: { code: 'NOT_FOUND' } });
    expect(JSON.stringify(hidden)).toBe(JSON.stringify(missing));
  });

  it('moves forward only, to the end at most, and counts what is unread and what mentions the reader', async () => {
    const { roomId, owner, members } = await createTestRoom(test.backend);
    const [reader] = members;
    if (reader === undefined) throw new Error('no member');
    const { userId } = reader.ctx.caller;
    const mark = async (seq: number) => await reader.call.chat.markRead({ roomId, seq });
    const first = await say(owner, roomId, 'one');
    const mine = await say(reader, roomId, 'my own, which is never unread and moves nothing');
    const { seq: last } = await owner.call.chat.postMessage({
      roomId,
      clientId: randomUUID(),
      text: 'you',
      mentions: [userId],
    });
    expect(await mark(0)).toMatchObject({ headSeq: last, unreadCount: 2, mentionCount: 1 });
    expect(await mark(first.seq)).toEqual({
      readSeq: first.seq,
      headSeq: last,
      unreadCount: 1,
      mentionCount: 1,
    });
    expect(await mark(1)).toMatchObject({ readSeq: first.seq });
    expect(await mark(mine.seq)).toMatchObject({ readSeq: mine.seq, unreadCount: 1 });
    const read = { readSeq: last, headSeq: last, unreadCount: 0, mentionCount: 0 };
    expect(await mark(Number.MAX_SAFE_INTEGER)).toEqual(read);
    const { rooms } = await reader.call.chat.listRooms({});
    expect(rooms).toMatchObject([read]);
  });

  it('counts no further than the limit', async () => {
    const { roomId, owner, members } = await createTestRoom(test.backend);
    const texts = Array.from({ length: LIMITS.unreadMax + 5 }, (_, index) => `${index}`);
    await Promise.all(texts.map(async (text) => await say(owner, roomId, text)));
    const marker = await members[0]?.call.chat.markRead({ roomId, seq: 0 });
    expect(marker).toMatchObject({ unreadCount: LIMITS.unreadMax });
  });

  it('tells the reader’s other devices once when it moves, also when two say so at the same moment, and nobody else', async () => {
    const { roomId, owner, members } = await createTestRoom(test.backend);
    const [reader] = members;
    if (reader === undefined) throw new Error('no member');
    const { seq } = await say(owner, roomId, 'one');
    const mark = async () => await reader.call.chat.markRead({ roomId, seq });
    expect(await told(owner, mark)).toEqual([]);
    expect(await told(reader, mark)).toEqual([]);
    const { seq: next } = await say(owner, roomId, 'two');
    const devices = Array.from({ length: 10 }, (_, index) => next - (index % 2));
    const events = await told(reader, async () => {
      await Promise.all(
        devices.map(async (place) => await reader.call.chat.markRead({ roomId, seq: place })),
      );
    });
    expect(events.at(-1)).toMatchObject({
      type: 'room_read',
      data: { roomId, readSeq: next, headSeq: next, unreadCount: 0, mentionCount: 0 },
    });
    expect(events.length).toBeLessThanOrEqual(2);
  });
});
