import { randomUUID } from 'node:crypto';
import { LIMITS, type ListRoomMessagesOutput } from '@aura/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import type { TestCaller } from '../../testing/test-caller.ts';
import { LIST_CHARS } from './room-message-store.ts';
import { createTestRoom, failure, say } from './room-testing.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend();
});
afterAll(async () => await test[Symbol.asyncDispose]());

const shown = ({ messages, ...more }: ListRoomMessagesOutput) => ({
  texts: messages.map(({ text }) => text.trimEnd().split(' ')[0]),
  ...more,
});

describe('chat.messages', () => {
  it('answers no more than was asked for on either side of a place, and whether there are others', async () => {
    const { roomId, owner } = await createTestRoom(test.backend);
    const seqs: number[] = [];
    for (const text of ['a', 'b', 'c', 'd', 'e']) seqs.push((await say(owner, roomId, text)).seq);
    const [a = 0, b = 0, c = 0, , e = 0] = seqs;
    const read = async (place: { before?: number; after?: number; around?: number; limit?: number }) =>
      shown(await owner.call.chat.messages({ roomId, ...place }));
    const both = { hasOlder: true, hasNewer: true };
    expect(await read({ around: c, limit: 1 })).toEqual({ texts: ['c'], ...both });
    expect(await read({ around: c, limit: 2 })).toEqual({ texts: ['b', 'c'], ...both });
    expect(await read({ around: c, limit: 3 })).toEqual({ texts: ['b', 'c', 'd'], ...both });
    expect(await read({ after: b, limit: 2 })).toEqual({ texts: ['c', 'd'], ...both });
    expect(await read({ before: c, limit: 1 })).toEqual({ texts: ['b'], ...both });
    expect(await read({ limit: 2 })).toEqual({ texts: ['d', 'e'], hasOlder: true, hasNewer: false });
    expect(await read({ after: e })).toEqual({ texts: [], hasOlder: true, hasNewer: false });
    expect(await read({ before: a })).toEqual({ texts: [], hasOlder: false, hasNewer: true });
    const all = { texts: ['a', 'b', 'c', 'd', 'e'], hasOlder: false, hasNewer: false };
    for (const place of [{}, { around: c }, { after: a - 1 }, { before: e + 1 }]) {
      expect(await read(place)).toEqual(all);
    }
    await expect(read({ before: c, after: a })).rejects.toMatchObject(failure('BAD_INPUT'));
  });
});

describe('a list of long messages', () => {
  const COUNT = 10;
  const FITTING = LIST_CHARS / LIMITS.messageChars;
  /** So many characters, few words. */
  const long = (index: number): string => `long${index} `.padEnd(LIMITS.messageChars, '.');

  async function sayLong(by: TestCaller, roomId: string, threadOf?: string): Promise<number[]> {
    const seqs: number[] = [];
    for (let index = 0; index < COUNT; index++) {
      const message = { roomId, text: long(index), clientId: randomUUID(), threadOf };
      seqs.push((await by.call.chat.postMessage(message)).seq);
    }
    return seqs;
  }

  it('ends where its text would be too much, on every side of a place, in threads too', async () => {
    const { roomId, owner } = await createTestRoom(test.backend);
    const [first = 0] = await sayLong(owner, roomId);
    const { messages } = await owner.call.chat.messages({ roomId, limit: 1 });
    const threadOf = messages[0]?.id ?? '';
    await sayLong(owner, roomId, threadOf);
    const texts = Array.from({ length: COUNT }, (_, index) => `long${index}`);
    const newest = { texts: texts.slice(-FITTING), hasOlder: true, hasNewer: false };
    expect(shown(await owner.call.chat.messages({ roomId }))).toEqual(newest);
    expect(shown(await owner.call.chat.messages({ roomId, threadOf }))).toEqual(newest);
    expect(shown(await owner.call.chat.messages({ roomId, after: first }))).toEqual({
      texts: texts.slice(1, 1 + FITTING),
      hasOlder: true,
      hasNewer: true,
    });
    expect(shown(await owner.call.chat.messages({ roomId, around: first + 5 }))).toEqual({
      texts: texts.slice(5 - FITTING / 2, 5 + FITTING / 2),
      hasOlder: true,
      hasNewer: true,
    });
    const { state } = await owner.call.chat.getRoom({ roomId });
    expect([state.messages.length, state.hasOlderMessages]).toEqual([FITTING, true]);
    const numbered = await owner.call.chat.byNumber.get({ number: state.room.number });
    expect(numbered.messages).toHaveLength(FITTING);
  });

  it('of what was searched for goes on with the next page', async () => {
    const { roomId, owner } = await createTestRoom(test.backend);
    await sayLong(owner, roomId);
    const first = await owner.call.chat.search({ query: 'long', roomId });
    const second = await owner.call.chat.search({ query: 'long', roomId, page: first.nextPage ?? '' });
    const found = [...first.hits, ...second.hits].map(({ message }) => message.text);
    expect(first.hits).toHaveLength(FITTING);
    expect(found).toEqual(Array.from({ length: COUNT }, (_, index) => long(COUNT - 1 - index)));
    expect(second.nextPage).toBeNull();
  });
});
