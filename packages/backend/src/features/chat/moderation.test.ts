import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { callerOn } from '../../testing/test-caller.ts';
import { addReaction } from './add-reaction.ts';
import { editRoomMessage } from './edit-room-message.ts';
import { postMessage } from './post-message.ts';
import {
  auditOf,
  createStaffedRoom,
  expectRoomConverges,
  failure,
  idOf,
  roomHead,
  say,
  type StaffedRoom,
} from './room-testing.ts';
import { setTyping } from './set-typing.ts';
import { uploadAttachment } from './upload-attachment.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend();
});
afterAll(async () => await test[Symbol.asyncDispose]());

const MODERATION = {
  removeMember: async (by, roomId, userId) => await by.call.chat.removeMember({ roomId, userId }),
  mute: async (by, roomId, userId) => await by.call.chat.mute({ roomId, userId, seconds: 60 }),
  ban: async (by, roomId, userId) => await by.call.chat.ban({ roomId, userId }),
} satisfies Record<string, (by: StaffedRoom['owner'], roomId: string, userId: string) => Promise<unknown>>;

describe.each(Object.entries(MODERATION))('chat.%s', (_, moderate) => {
  it('goes down the ranks only, and tells a stranger nothing', async () => {
    const { roomId, owner, moderator, member, stranger } = await createStaffedRoom(test.backend);
    const hidden = await moderate(stranger, roomId, idOf(member)).catch((err: unknown) => err);
    const missing = await moderate(stranger, randomUUID(), idOf(member)).catch((err: unknown) => err);
    expect(hidden).toMatchObject(failure('NOT_FOUND'));
    expect(JSON.stringify(hidden)).toBe(JSON.stringify(missing));
    for (const [by, whom] of [
      [member, owner],
      [member, moderator],
      [member, member],
      [moderator, owner],
      [moderator, moderator],
      [owner, owner],
    ] as const) {
      await expect(moderate(by, roomId, idOf(whom))).rejects.toMatchObject(failure('FORBIDDEN'));
    }
    await moderate(moderator, roomId, idOf(member));
    await moderate(owner, roomId, idOf(moderator));
  });

  it('is one event and one entry in the audit log, however often and at once it is called', async () => {
    const { roomId, owner, member } = await createStaffedRoom(test.backend);
    const before = await roomHead(owner, roomId);
    const audited = (await auditOf(test.backend, roomId)).length;
    await expectRoomConverges(owner, roomId, async () => {
      await Promise.allSettled([
        moderate(owner, roomId, idOf(member)),
        moderate(owner, roomId, idOf(member)),
      ]);
      await moderate(owner, roomId, idOf(member));
    });
    expect(await roomHead(owner, roomId)).toBe(before + 1);
    expect((await auditOf(test.backend, roomId)).slice(audited)).toMatchObject([
      { data: { userId: idOf(member) } },
    ]);
  });
});

describe('chat.mute', () => {
  it('lets a member read and not write, and write again when it is lifted', async () => {
    const { roomId, owner, member } = await createStaffedRoom(test.backend);
    const { messageId } = await say(owner, roomId, 'root');
    const state = await expectRoomConverges(owner, roomId, async () => {
      await owner.call.chat.mute({ roomId, userId: idOf(member), seconds: 3_600 });
    });
    const until = state.members.find(({ userId }) => userId === idOf(member))?.mutedUntil ?? '';
    expect(Date.parse(until) - Date.now()).toBeGreaterThan(3_500_000);
    const failed = await say(member, roomId, 'no').catch((err: unknown) => err);
    expect(failed).toMatchObject({ cause: { code: 'MUTED', extras: { retryAfterMs: expect.any(Number) } } });
    const reply = { roomId, text: 'no', threadOf: messageId, clientId: randomUUID() };
    await expect(member.call.chat.postMessage(reply)).rejects.toMatchObject(failure('MUTED'));
    expect((await member.call.chat.messages({ roomId })).messages).toHaveLength(1);
    await owner.call.chat.mute({ roomId, userId: idOf(member), seconds: 0 });
    await say(member, roomId, 'yes');
  });

  it('lasts as long on a node whose clock is ahead, for whatever is written', async () => {
    const { roomId, owner, member: muted } = await createStaffedRoom(test.backend);
    const { messageId } = await say(muted, roomId, 'before');
    const clock = { ...test.backend.clock, now: () => new Date(Date.now() + 600_000) };
    const { ctx } = callerOn({ ...test.backend, clock }, muted.ctx.caller);
    await setTyping(ctx, { roomId, isTyping: true });
    await owner.call.chat.mute({ roomId, userId: idOf(muted), seconds: 300 });
    const writing = [
      async () => await postMessage(ctx, { roomId, text: 'no', clientId: randomUUID() }),
      async () => await editRoomMessage(ctx, { roomId, messageId, text: 'no' }),
      async () => await addReaction(ctx, { roomId, messageId, emoji: '👍' }),
      async () => await uploadAttachment(ctx, { roomId, name: 'no', bytes: Readable.from([]) }),
      async () => await setTyping(ctx, { roomId, isTyping: true }),
    ];
    for (const write of writing) {
      // The node may not have heard of it yet where typing is concerned.
      await expect
        .poll(async () => await write().catch((err: unknown) => err))
        .toMatchObject({ code: 'MUTED', extras: { retryAfterMs: expect.closeTo(300_000, -5) } });
    }
  });

  it('answers what was posted before as ever', async () => {
    const { roomId, owner, member } = await createStaffedRoom(test.backend);
    const message = { roomId, text: 'said', clientId: randomUUID() };
    const posted = await member.call.chat.postMessage(message);
    await owner.call.chat.mute({ roomId, userId: idOf(member), seconds: 60 });
    expect(await member.call.chat.postMessage(message)).toEqual(posted);
  });

  it('can be made longer and shorter', async () => {
    const { roomId, owner, member } = await createStaffedRoom(test.backend);
    const ends: number[] = [];
    for (const seconds of [5, 10, 31_536_000, 60]) {
      const { mutedUntil } = await owner.call.chat.mute({ roomId, userId: idOf(member), seconds });
      ends.push(Math.round((Date.parse(mutedUntil ?? '') - Date.now()) / 1_000) - seconds);
    }
    expect(Math.max(...ends.map(Math.abs))).toBeLessThan(5);
  });

  it('is not lifted by leaving and coming back', async () => {
    const { roomId, owner, member } = await createStaffedRoom(test.backend, { isPublic: true });
    const muted = await owner.call.chat.mute({ roomId, userId: idOf(member), seconds: 3_600 });
    await member.call.chat.leaveRoom({ roomId });
    const state = await expectRoomConverges(owner, roomId, async () => {
      await member.call.chat.joinRoom({ roomId });
    });
    const back = state.members.find(({ userId }) => userId === idOf(member));
    expect(back?.mutedUntil).toBe(muted.mutedUntil);
    await expect(say(member, roomId, 'no')).rejects.toMatchObject(failure('MUTED'));
  });

  it('answers for somebody who is not in the room as for nobody', async () => {
    const { roomId, owner, stranger } = await createStaffedRoom(test.backend);
    const absent = async (userId: string): Promise<unknown> =>
      await owner.call.chat.mute({ roomId, userId, seconds: 1 }).catch((err: unknown) => err);
    const outside = await absent(idOf(stranger));
    expect(outside).toMatchObject(failure('NOT_FOUND'));
    expect(JSON.stringify(outside)).toBe(JSON.stringify(await absent(randomUUID())));
  });
});

describe('chat.removeMember', () => {
  it('takes a member out, who may come back where the room is public', async () => {
    const { roomId, owner, member, stranger } = await createStaffedRoom(test.backend, { isPublic: true });
    const state = await expectRoomConverges(owner, roomId, async () => {
      await owner.call.chat.removeMember({ roomId, userId: idOf(member) });
    });
    expect(state.members.map(({ userId }) => userId)).not.toContain(idOf(member));
    await expect(say(member, roomId, 'no')).rejects.toMatchObject(failure('FORBIDDEN'));
    await member.call.chat.joinRoom({ roomId });
    await say(member, roomId, 'back');
    const head = await roomHead(owner, roomId);
    await owner.call.chat.removeMember({ roomId, userId: idOf(stranger) });
    expect(await roomHead(owner, roomId)).toBe(head);
  });
});

describe('chat.ban', () => {
  it('keeps somebody out, member or not, until it is lifted', async () => {
    const { roomId, owner, moderator, member, stranger } = await createStaffedRoom(test.backend, {
      isPublic: true,
    });
    const state = await expectRoomConverges(owner, roomId, async () => {
      await moderator.call.chat.ban({ roomId, userId: idOf(member), reason: 'spam\0' });
    });
    expect(state.members).toHaveLength(2);
    const head = await roomHead(owner, roomId);
    await owner.call.chat.ban({ roomId, userId: idOf(stranger) });
    await owner.call.chat.ban({ roomId, userId: idOf(member), reason: 'again' });
    expect(await roomHead(owner, roomId)).toBe(head);
    for (const { call } of [member, stranger]) {
      await expect(call.chat.joinRoom({ roomId })).rejects.toMatchObject(failure('BANNED'));
    }
    const invitation = owner.call.chat.invite({ roomId, userIds: [idOf(member)] });
    await expect(invitation).rejects.toMatchObject({
      ...failure('CONFLICT'),
      message: expect.stringContaining('Lift the ban first'),
    });
    expect((await moderator.call.chat.bans({ roomId })).bans).toMatchObject([
      { userId: idOf(stranger), reason: null, bannedBy: idOf(owner) },
      { userId: idOf(member), reason: 'spam\uFFFD', bannedBy: idOf(moderator) },
    ]);
    await Promise.all(
      [1, 2].map(async () => await moderator.call.chat.unban({ roomId, userId: idOf(member) })),
    );
    await member.call.chat.joinRoom({ roomId });
    const audit = await auditOf(test.backend, roomId);
    expect(audit.filter(({ action }) => action === 'chat.member_unbanned')).toHaveLength(1);
  });

  it('pages through all bans, each once, the last one first, also when they came in one millisecond', async () => {
    const { roomId, owner, moderator, member, stranger } = await createStaffedRoom(test.backend);
    const banned = [moderator, member, stranger].map(idOf);
    for (const userId of banned) await owner.call.chat.ban({ roomId, userId });
    const read = async () => {
      const first = await owner.call.chat.bans({ roomId, limit: 2 });
      const second = await owner.call.chat.bans({ roomId, limit: 2, page: first.nextPage ?? '' });
      expect(second.nextPage).toBe(null);
      return [first, second].map(({ bans }) => bans.map(({ userId }) => userId));
    };
    expect(await read()).toEqual([[banned[2], banned[1]], [banned[0]]]);
    const { db } = test.backend.database;
    await db.updateTable('roomBans').set({ bannedAt: new Date() }).where('roomId', '=', roomId).execute();
    expect((await read()).flat().toSorted()).toEqual(banned.toSorted());
    const madeUp = owner.call.chat.bans({ roomId, page: 'made up' });
    await expect(madeUp).rejects.toMatchObject(failure('BAD_INPUT'));
  });

  it('shows and lifts bans for owners and moderators only', async () => {
    const { roomId, member } = await createStaffedRoom(test.backend);
    await expect(member.call.chat.bans({ roomId })).rejects.toMatchObject(failure('FORBIDDEN'));
    const lifting = member.call.chat.unban({ roomId, userId: idOf(member) });
    await expect(lifting).rejects.toMatchObject(failure('FORBIDDEN'));
  });

  it('answers for nobody as for people of other tenants', async () => {
    const { roomId, owner } = await createStaffedRoom(test.backend);
    const call = owner.call.chat.ban({ roomId, userId: randomUUID() });
    await expect(call).rejects.toMatchObject(failure('NOT_FOUND'));
  });

  it('lets nobody in who is banned while they join', async () => {
    const { roomId, owner, stranger } = await createStaffedRoom(test.backend, { isPublic: true });
    for (let round = 0; round < 5; round++) {
      await Promise.allSettled([
        stranger.call.chat.joinRoom({ roomId }),
        owner.call.chat.ban({ roomId, userId: idOf(stranger) }),
      ]);
      const { state } = await owner.call.chat.getRoom({ roomId });
      expect(state.members.map(({ userId }) => userId)).not.toContain(idOf(stranger));
      await owner.call.chat.unban({ roomId, userId: idOf(stranger) });
    }
  });
});
