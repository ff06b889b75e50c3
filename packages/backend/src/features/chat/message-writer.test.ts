import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { callerOn, createTestTenant, type TestCaller } from '../../testing/test-caller.ts';
import { createStaffedRoom, createTestRoom, failure, idOf, say } from './room-testing.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend();
});
afterAll(async () => await test[Symbol.asyncDispose]());

const SLOW = { slowModeSeconds: 600 };

/** As if the member's last message were so long ago. */
const letPass = async (roomId: string, member: TestCaller, seconds: number): Promise<void> => {
  await test.backend.database.db
    .updateTable('roomMembers')
    .set({ lastPostedAt: new Date(Date.now() - seconds * 1_000) })
    .where('roomId', '=', roomId)
    .where('userId', '=', idOf(member))
    .execute();
};

const codes = (ends: readonly PromiseSettledResult<unknown>[]): string[] =>
  ends.map((end) => (end.status === 'fulfilled' ? 'posted' : String(end.reason.cause.code)));

const slowFor = async (posting: Promise<unknown>): Promise<number> => {
  const err = await posting.catch((error: unknown) => error);
  expect(err).toMatchObject(failure('SLOW_MODE'));
  expect(err).toMatchObject({ cause: { extras: { retryAfterMs: expect.any(Number) } } });
  return Object(err).cause.extras.retryAfterMs;
};

describe('slow mode', () => {
  it('makes a member wait between two messages, and says for how long', async () => {
    const { roomId, member } = await createStaffedRoom(test.backend, SLOW);
    await say(member, roomId, 'one');
    expect(await slowFor(say(member, roomId, 'two'))).toBeGreaterThan(590_000);
    await letPass(roomId, member, 500);
    const left = await slowFor(say(member, roomId, 'two'));
    expect(left).toBeGreaterThan(50_000);
    expect(left).toBeLessThanOrEqual(101_000);
    await letPass(roomId, member, 601);
    await say(member, roomId, 'two');
  });

  it('takes one of several messages of a member in one group, and tells the others to wait the whole time', async () => {
    const { roomId, owner, member } = await createStaffedRoom(test.backend, SLOW);
    await letPass(roomId, member, 100_000);
    const ends = await Promise.allSettled([
      // The first is a group of its own; those after it make up the next.
      say(owner, roomId, 'first'),
      ...['a', 'b', 'c'].map(async (text) => await say(member, roomId, text)),
    ]);
    expect(codes(ends)).toEqual(['posted', 'posted', 'SLOW_MODE', 'SLOW_MODE']);
    expect(ends[2]).toMatchObject({ reason: { cause: { extras: { retryAfterMs: 600_000 } } } });
  });

  it('does not take a repetition for a message', async () => {
    const { roomId, owner, member } = await createStaffedRoom(test.backend, SLOW);
    const message = { roomId, text: 'one', clientId: randomUUID() };
    const posted = await member.call.chat.postMessage(message);
    await letPass(roomId, member, 601);
    const [, repeated, next] = await Promise.all([
      say(owner, roomId, 'first'),
      member.call.chat.postMessage(message),
      say(member, roomId, 'two'),
    ]);
    expect(repeated).toEqual(posted);
    expect(next.seq).toBeGreaterThan(posted.seq);
  });

  it('holds over ways of posting at the same time', async () => {
    const { roomId, owner, member } = await createStaffedRoom(test.backend, SLOW);
    const { messageId: threadOf } = await say(owner, roomId, 'root');
    const reply = async (): Promise<unknown> =>
      await member.call.chat.postMessage({ roomId, text: 'reply', threadOf, clientId: randomUUID() });
    const ends = await Promise.allSettled([reply(), say(member, roomId, 'plain'), reply(), reply()]);
    expect(codes(ends).toSorted()).toEqual(['SLOW_MODE', 'SLOW_MODE', 'SLOW_MODE', 'posted']);
  });

  it('spares owners and moderators, and is not lifted by leaving and coming back', async () => {
    const { roomId, owner, moderator, member } = await createStaffedRoom(test.backend, {
      ...SLOW,
      isPublic: true,
    });
    for (const one of [owner, moderator, owner, moderator]) await say(one, roomId, 'hello');
    await say(member, roomId, 'one');
    await member.call.chat.leaveRoom({ roomId });
    await member.call.chat.joinRoom({ roomId });
    await slowFor(say(member, roomId, 'two'));
    await owner.call.chat.updateRoom({ roomId, slowModeSeconds: 0 });
    await say(member, roomId, 'two');
  });
});

it('judges each message of a group by its own room and author', async () => {
  const open = await createStaffedRoom(test.backend);
  const archived = await createStaffedRoom(test.backend);
  await archived.owner.call.chat.archiveRoom({ roomId: archived.roomId });
  await open.owner.call.chat.mute({ roomId: open.roomId, userId: idOf(open.member), seconds: 60 });
  const ends = await Promise.allSettled([
    say(open.owner, open.roomId, 'first'),
    say(open.member, open.roomId, 'muted'),
    say(open.stranger, open.roomId, 'stranger'),
    say(archived.member, archived.roomId, 'archived'),
    say(open.moderator, open.roomId, 'last'),
  ]);
  expect(codes(ends)).toEqual(['posted', 'MUTED', 'NOT_FOUND', 'ROOM_ARCHIVED', 'posted']);
});

it('takes the same call in two tenants at once for two', async () => {
  const { roomId, owner } = await createTestRoom(test.backend);
  const tenantId = await createTestTenant(test.backend);
  const elsewhere = callerOn(test.backend, { ...owner.ctx.caller, tenantId });
  const message = { roomId, text: 'hello', clientId: randomUUID() };
  const ends = await Promise.allSettled([
    // The first is a group of its own; those after it make up the next.
    say(owner, roomId, 'first'),
    elsewhere.call.chat.postMessage(message),
    owner.call.chat.postMessage(message),
  ]);
  expect(codes(ends)).toEqual(['posted', 'NOT_FOUND', 'posted']);
});
