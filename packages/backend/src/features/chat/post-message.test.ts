import { randomUUID } from 'node:crypto';
import { LIMITS } from '@aura/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, createTestTenant } from '../../testing/test-caller.ts';
import { createTestRoom, expectRoomConverges, say } from './room-testing.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend();
});
afterAll(async () => await test[Symbol.asyncDispose]());

const code = (aura: string) => ({ cause: { code: aura } });

describe('chat.postMessage', () => {
  it('refuses what says nothing or too much, and a guest', async () => {
    const { roomId, owner } = await createTestRoom(test.backend);
    const post = async (text: string) =>
      await owner.call.chat.postMessage({ roomId, text, clientId: randomUUID() });
    await expect(post('  ')).rejects.toMatchObject(code('BAD_INPUT'));
    await expect(post('x'.repeat(LIMITS.messageChars + 1))).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    const guest = await createTestCaller(test.backend, { role: 'guest' });
    await expect(say(guest, roomId, 'hi')).rejects.toMatchObject(code('FORBIDDEN'));
  });

  it('answers for a room one is not in, or in another tenant, as for none', async () => {
    const { roomId } = await createTestRoom(test.backend);
    const tenantId = await createTestTenant(test.backend);
    const outsiders = [
      await createTestCaller(test.backend),
      await createTestCaller(test.backend, { tenantId, role: 'admin' }),
    ];
    for (const outsider of outsiders) {
      const hidden = await say(outsider, roomId, 'hi').catch((err: unknown) => err);
      const missing = await say(outsider, randomUUID(), 'hi').catch((err: unknown) => err);
      expect(hidden).toMatchObject(code('NOT_FOUND'));
      expect(JSON.stringify(hidden)).toBe(JSON.stringify(missing));
    }
  });

  it('stores what is said and tells every member of it, in order', async () => {
    const { roomId, owner, members } = await createTestRoom(test.backend);
    const [member] = members;
    if (member === undefined) throw new Error('no member');
    const state = await expectRoomConverges(member, roomId, async () => {
      await say(owner, roomId, 'one');
      await say(member, roomId, 'two\0');
      await Promise.all(Array.from({ length: 20 }, async (_, i) => await say(owner, roomId, `more ${i}`)));
    });
    expect(state.messages).toHaveLength(22);
    expect(state.messages.slice(0, 2)).toMatchObject([
      { text: 'one', authorId: owner.ctx.caller.userId },
      { text: 'two\uFFFD', authorId: member.ctx.caller.userId },
    ]);
    const seqs = state.messages.map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
  });

  it('posts once when the call is repeated, also at the same moment, and refuses other words', async () => {
    const { roomId, owner, members } = await createTestRoom(test.backend);
    const clientId = randomUUID();
    const post = async (text: string) => await owner.call.chat.postMessage({ roomId, text, clientId });
    const answers = await Promise.all(Array.from({ length: 10 }, async () => await post('once')));
    answers.push(await post('once'));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    await expect(post('other')).rejects.toMatchObject(code('IDEMPOTENCY_CONFLICT'));
    const other = await members[0]?.call.chat.postMessage({ roomId, text: 'mine', clientId });
    expect(other?.messageId).not.toBe(answers[0]?.messageId);
    const { messages } = await owner.call.chat.messages({ roomId });
    expect(messages.map(({ text }) => text)).toEqual(['once', 'mine']);
  });

  it('answers a repeated reply as the first time, also when what it replies to was deleted since', async () => {
    const { roomId, owner, members } = await createTestRoom(test.backend);
    const [member] = members;
    if (member === undefined) throw new Error('no member');
    const { messageId: threadOf } = await say(owner, roomId, 'root');
    const reply = { roomId, threadOf, text: 'a reply', clientId: randomUUID() };
    const first = await member.call.chat.postMessage(reply);
    await owner.call.chat.deleteMessage({ roomId, messageId: threadOf });
    expect(await member.call.chat.postMessage(reply)).toEqual(first);
    await expect(member.call.chat.postMessage({ ...reply, text: 'other' })).rejects.toMatchObject(
      code('IDEMPOTENCY_CONFLICT'),
    );
  });

  it('keeps replies in their thread', async () => {
    const { roomId, owner, members } = await createTestRoom(test.backend);
    const [member] = members;
    if (member === undefined) throw new Error('no member');
    const { messageId: threadOf } = await say(owner, roomId, 'root');
    const reply = async (text: string) =>
      await member.call.chat.postMessage({ roomId, text, threadOf, clientId: randomUUID() });
    const state = await expectRoomConverges(owner, roomId, async () => {
      await reply('a');
      await Promise.all([reply('b'), reply('c')]);
    });
    expect(state.messages).toMatchObject([{ text: 'root', replyCount: 3 }]);
    const { messages } = await owner.call.chat.messages({ roomId, threadOf });
    expect(messages.map(({ text }) => text).toSorted()).toEqual(['a', 'b', 'c']);
    const nested = owner.call.chat.postMessage({
      roomId,
      text: 'deeper',
      threadOf: messages[0]?.id ?? '',
      clientId: randomUUID(),
    });
    await expect(nested).rejects.toMatchObject(code('NOT_FOUND'));
  });
});
