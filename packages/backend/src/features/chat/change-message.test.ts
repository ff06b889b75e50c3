import { randomUUID } from 'node:crypto';
import { LIMITS } from '@aura/contract';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, createTestTenant } from '../../testing/test-caller.ts';
import { eventCounts } from '../upkeep/upkeep-testing.ts';
import { EMOJIS, hiddenFrom, setArchived, setMuted } from './message-testing.ts';
import { createStaffedRoom, expectRoomConverges, followRoom, say, setRole } from './room-testing.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend();
});
afterAll(async () => await test[Symbol.asyncDispose]());

const code = (aura: string) => ({ cause: { code: aura } });

describe('changing a message', () => {
  it('is not for those who are not in the room, to whom there is none, nor for guests', async () => {
    const { roomId, owner } = await createStaffedRoom(test.backend);
    const ref = { roomId, messageId: (await say(owner, roomId, 'secret')).messageId };
    const tenantId = await createTestTenant(test.backend);
    const outsiders = [
      await createTestCaller(test.backend),
      await createTestCaller(test.backend, { tenantId, role: 'admin' }),
    ];
    for (const { call } of outsiders) {
      await hiddenFrom(roomId, async (hidden) => {
        const at = { ...ref, roomId: hidden };
        return await Promise.allSettled([
          call.chat.editMessage({ ...at, text: 'x' }),
          call.chat.deleteMessage(at),
          call.chat.addReaction({ ...at, emoji: '👍' }),
          call.chat.removeReaction({ ...at, emoji: '👍' }),
          call.chat.pin(at),
          call.chat.pins({ roomId: hidden }),
        ]);
      });
    }
    const guest = await createTestCaller(test.backend, { role: 'guest' });
    await expect(guest.call.chat.deleteMessage(ref)).rejects.toMatchObject(code('FORBIDDEN'));
  });

  it('finds no message of another room', async () => {
    const { roomId, owner } = await createStaffedRoom(test.backend);
    const other = await createStaffedRoom(test.backend);
    const { messageId } = await say(other.owner, other.roomId, 'elsewhere');
    const edit = owner.call.chat.editMessage({ roomId, messageId, text: 'x' });
    await expect(edit).rejects.toMatchObject(code('NOT_FOUND'));
    const pin = owner.call.chat.pin({ roomId, messageId });
    await expect(pin).rejects.toMatchObject(code('NOT_FOUND'));
  });
});

describe('chat.editMessage', () => {
  it('is for the author alone, while they may write and the message is there', async () => {
    const { roomId, owner, moderator, member } = await createStaffedRoom(test.backend);
    const { messageId } = await say(member, roomId, 'mine');
    const ref = { roomId, messageId, text: 'changed' };
    for (const { call } of [owner, moderator]) {
      await expect(call.chat.editMessage(ref)).rejects.toMatchObject(code('FORBIDDEN'));
    }
    const edit = async (text = 'changed') => await member.call.chat.editMessage({ ...ref, text });
    await expect(edit(' ')).rejects.toMatchObject(code('BAD_INPUT'));
    await setMuted(member, roomId, 60);
    await expect(edit()).rejects.toMatchObject(code('MUTED'));
    await setMuted(member, roomId, 0);
    await setArchived(owner, roomId, true);
    await expect(edit()).rejects.toMatchObject(code('ROOM_ARCHIVED'));
    await setArchived(owner, roomId, false);
    await member.call.chat.deleteMessage(ref);
    await expect(edit()).rejects.toMatchObject(code('CONFLICT'));
  });

  it('keeps when it was changed, and changes nothing when the words are the same', async () => {
    const { roomId, owner, member } = await createStaffedRoom(test.backend);
    const { messageId } = await say(owner, roomId, 'first');
    const mentions = [member.ctx.caller.userId];
    const edit = async () =>
      await owner.call.chat.editMessage({ roomId, messageId, text: 'second', mentions });
    const state = await expectRoomConverges(member, roomId, edit);
    expect(state.messages).toMatchObject([{ text: 'second', mentions, editedAt: expect.any(String) }]);
    const counts = await eventCounts(test, roomId);
    const answers = await Promise.all([edit(), edit(), edit()]);
    for (const answer of answers) expect(answer).toEqual(state.messages[0]);
    expect(await eventCounts(test, roomId)).toEqual(counts);
  });
});

describe('chat.deleteMessage', () => {
  it('is for the author, owners and moderators, muted and in an archived room as well', async () => {
    const { roomId, owner, moderator, member } = await createStaffedRoom(test.backend);
    const say1 = async (by: typeof owner) => ({ roomId, messageId: (await say(by, roomId, 'x')).messageId });
    const [ofOwner, first, second, third] = [
      await say1(owner),
      await say1(member),
      await say1(member),
      await say1(member),
    ];
    await setMuted(member, roomId, 60);
    await setArchived(owner, roomId, true);
    await expect(member.call.chat.deleteMessage(ofOwner)).rejects.toMatchObject(code('FORBIDDEN'));
    await owner.call.chat.deleteMessage(first);
    await moderator.call.chat.deleteMessage(second);
    await member.call.chat.deleteMessage(third);
    await moderator.call.chat.deleteMessage(ofOwner);
    const { messages } = await member.call.chat.messages({ roomId });
    expect(messages.map(({ text, deletedAt }) => [text, deletedAt !== null])).toEqual(
      Array.from({ length: 4 }, () => ['', true]),
    );
  });

  it('leaves a place without words, mentions, reactions and pin, and the replies', async () => {
    const { roomId, owner, member } = await createStaffedRoom(test.backend);
    const mentions = [owner.ctx.caller.userId];
    const posted = await member.call.chat.postMessage({
      roomId,
      text: 'root',
      mentions,
      clientId: randomUUID(),
    });
    const ref = { roomId, messageId: posted.messageId };
    const reply = { roomId, text: 'reply', threadOf: ref.messageId };
    await owner.call.chat.postMessage({ ...reply, clientId: randomUUID() });
    await owner.call.chat.addReaction({ ...ref, emoji: '👍' });
    await owner.call.chat.pin(ref);
    const state = await expectRoomConverges(owner, roomId, async () => {
      await Promise.all(Array.from({ length: 5 }, async () => await member.call.chat.deleteMessage(ref)));
    });
    expect(state.pins).toEqual([]);
    expect(state.messages).toMatchObject([{ text: '', mentions: [], reactions: [], replyCount: 1 }]);
    expect(await eventCounts(test, roomId)).toMatchObject({ message_deleted: 1 });
    const thread = await owner.call.chat.messages({ roomId, threadOf: ref.messageId });
    expect(thread.messages).toMatchObject([{ text: 'reply', deletedAt: null }]);
    const late = owner.call.chat.postMessage({ ...reply, clientId: randomUUID() });
    await expect(late).rejects.toMatchObject(code('NOT_FOUND'));
  });

  it('takes the words out of the log, so that nobody who resumes from before reads them, on any node', async () => {
    const { roomId, owner, member } = await createStaffedRoom(test.backend);
    const before = await member.call.chat.getRoom({ roomId });
    const until = (type: string) => (event: { type: string }) => event.type === type;
    // As long as somebody follows, this node keeps the newest events at hand.
    using _watch = test.backend.hub.watch(roomId);
    const following = followRoom(member, roomId, {
      lastEventId: before.cursor,
      until: until('message_deleted'),
    });
    const { messageId } = await say(owner, roomId, 'SECRET one');
    await owner.call.chat.editMessage({
      roomId,
      messageId,
      text: 'SECRET two',
      mentions: [owner.ctx.caller.userId],
    });
    await owner.call.chat.editMessage({ roomId, messageId, text: 'SECRET three' });
    await say(owner, roomId, 'harmless');
    await owner.call.chat.deleteMessage({ roomId, messageId });
    await following;
    const told = await followRoom(member, roomId, {
      lastEventId: before.cursor,
      until: until('message_deleted'),
    });
    expect(told.events.map(({ type }) => type)).toEqual([
      'message_posted',
      'message_edited',
      'message_edited',
      'message_posted',
      'message_deleted',
    ]);
    expect(JSON.stringify(told)).toContain('harmless');
    expect(JSON.stringify(told)).not.toContain('SECRET');
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from (select data::text as t from events union all select text from messages) x
      where t like '%SECRET%'`.execute(test.backend.database.db);
    expect(rows).toEqual([{ n: 0 }]);
  });
});

describe('reactions', () => {
  it('are refused when they are no emoji, in an archived room, of the muted, and to what is gone', async () => {
    const { roomId, owner, member } = await createStaffedRoom(test.backend);
    const ref = { roomId, messageId: (await say(owner, roomId, 'hi')).messageId };
    const react = async (emoji: string) => await member.call.chat.addReaction({ ...ref, emoji });
    for (const emoji of ['', 'x', '👍👍', '<script>']) {
      await expect(react(emoji)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    }
    await react('👍');
    await setMuted(member, roomId, 60);
    await expect(react('🎉')).rejects.toMatchObject(code('MUTED'));
    await setArchived(owner, roomId, true);
    await expect(react('🎉')).rejects.toMatchObject(code('ROOM_ARCHIVED'));
    const back = async () => await member.call.chat.removeReaction({ ...ref, emoji: '👍' });
    await expect(back()).rejects.toMatchObject(code('ROOM_ARCHIVED'));
    await setArchived(owner, roomId, false);
    await back();
    await setMuted(member, roomId, 0);
    await owner.call.chat.deleteMessage(ref);
    await expect(react('🎉')).rejects.toMatchObject(code('CONFLICT'));
  });

  it('count once for each user and emoji, and say nothing when nothing changes', async () => {
    const { roomId, owner, member } = await createStaffedRoom(test.backend);
    const ref = { roomId, messageId: (await say(owner, roomId, 'hi')).messageId };
    const add = async ({ call }: typeof owner) => await call.chat.addReaction({ ...ref, emoji: '👨‍👩‍👧' });
    const state = await expectRoomConverges(member, roomId, async () => {
      await Promise.all([add(owner), add(member), add(owner), add(member)]);
    });
    expect(state.messages[0]?.reactions[0]?.userIds).toHaveLength(2);
    expect(await eventCounts(test, roomId)).toMatchObject({ reaction_added: 2 });
    const remove = async () => await member.call.chat.removeReaction({ ...ref, emoji: '👨‍👩‍👧' });
    await Promise.all([remove(), remove()]);
    expect(await eventCounts(test, roomId)).toMatchObject({ reaction_removed: 1 });
  });

  it('have so many kinds at most, also when they come at the same moment', async () => {
    const { roomId, owner, member } = await createStaffedRoom(test.backend);
    const ref = { roomId, messageId: (await say(owner, roomId, 'hi')).messageId };
    const outcomes = await Promise.allSettled(
      EMOJIS.map(async (emoji) => await owner.call.chat.addReaction({ ...ref, emoji })),
    );
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused).toHaveLength(EMOJIS.length - LIMITS.reactionKindsMax);
    for (const { reason } of refused) expect(reason).toMatchObject(code('TOO_MANY_REQUESTS'));
    const { messages } = await owner.call.chat.messages({ roomId });
    const emoji = messages[0]?.reactions[0]?.emoji ?? '';
    await member.call.chat.addReaction({ ...ref, emoji });
  });
});

describe('chat.pin', () => {
  it('is for owners and moderators', async () => {
    const { roomId, owner, moderator, member } = await createStaffedRoom(test.backend);
    const ref = { roomId, messageId: (await say(member, roomId, 'hi')).messageId };
    await expect(member.call.chat.pin(ref)).rejects.toMatchObject(code('FORBIDDEN'));
    await moderator.call.chat.pin(ref);
    await setRole(test.backend, roomId, { caller: moderator, role: 'member' });
    const unpin = { ...ref, isPinned: false };
    await expect(moderator.call.chat.pin(unpin)).rejects.toMatchObject(code('FORBIDDEN'));
    await owner.call.chat.pin(unpin);
    await owner.call.chat.deleteMessage(ref);
    await expect(owner.call.chat.pin(ref)).rejects.toMatchObject(code('CONFLICT'));
  });

  it('shows the latest first, and says nothing when nothing changes', async () => {
    const { roomId, owner, member } = await createStaffedRoom(test.backend);
    const [a, b] = [await say(owner, roomId, 'a'), await say(owner, roomId, 'b')];
    const pin = async (messageId: string, isPinned = true) =>
      await owner.call.chat.pin({ roomId, messageId, isPinned });
    const state = await expectRoomConverges(member, roomId, async () => {
      await Promise.all([pin(b.messageId), pin(b.messageId)]);
      await pin(a.messageId);
      await pin(b.messageId, false);
      await pin(b.messageId, false);
      await pin(b.messageId);
    });
    expect(state.pins).toEqual([b.messageId, a.messageId]);
    expect(await eventCounts(test, roomId)).toMatchObject({ message_pinned: 3, message_unpinned: 1 });
    const { messages } = await member.call.chat.pins({ roomId });
    expect(messages.map(({ text }) => text)).toEqual(['b', 'a']);
  });

  it('takes so many at most, also when they come at the same moment', async () => {
    const { roomId, owner } = await createStaffedRoom(test.backend);
    const posted = await Promise.all(
      Array.from({ length: LIMITS.roomPins + 2 }, async (_, i) => await say(owner, roomId, `${i}`)),
    );
    const outcomes = await Promise.allSettled(
      posted.map(async ({ messageId }) => await owner.call.chat.pin({ roomId, messageId })),
    );
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(2);
    expect((await owner.call.chat.pins({ roomId })).messages).toHaveLength(LIMITS.roomPins);
  });
});
