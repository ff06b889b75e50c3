import type { MemoryEntry } from '@aura/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend({ isStarted: false });
});
afterAll(async () => await test[Symbol.asyncDispose]());

const USER = { scope: 'user' } as const;

async function callerWith(keys: readonly string[]): Promise<TestCaller> {
  const caller = await createTestCaller(test.backend);
  for (const key of keys) await caller.call.memory.set({ ...USER, key, value: key });
  return caller;
}

describe('memory.list', () => {
  it('pages through all entries once, in the order of the keys’ code points on every database', async () => {
    const keys = [
      'b',
      'B',
      'a',
      'ä',
      'a b',
      'a-b',
      'a_b',
      '10',
      '9',
      '가',
      '🍎',
      'z'.repeat(200),
      '가'.repeat(200),
    ];
    const { call } = await callerWith(keys);
    const seen: MemoryEntry[] = [];
    let page: string | undefined;
    for (let round = 1; round <= keys.length; round++) {
      const answer = await call.memory.list({ ...USER, limit: 2, page });
      expect(answer.entries.length).toBeLessThanOrEqual(2);
      seen.push(...answer.entries);
      if (answer.nextPage === null) break;
      page = answer.nextPage;
    }
    const sorted = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(seen.map(({ key }) => key)).toEqual(sorted);
    expect(seen.map(({ value }) => value)).toEqual(sorted);
  });

  it.each([
    ['app:', ['app:1', 'app:2']],
    ['app', ['app:1', 'app:2', 'apple']],
    ['100%', ['100%']],
    ['a_', ['a_b']],
    ['c\\', ['c\\d']],
    ['App', []],
    ["' or true --", []],
    ['\0', []],
  ])('takes the prefix %j literally', async (prefix, found) => {
    const { call } = await callerWith(['app:2', 'app:1', 'apple', '100%', '1000', 'a_b', 'axb', 'c\\d']);
    const { entries, nextPage } = await call.memory.list({ ...USER, prefix });
    expect(entries.map(({ key }) => key)).toEqual(found);
    expect(nextPage).toBeNull();
  });

  it.each(['nonsense', 'e30', Buffer.from('{"key":7}').toString('base64url')])(
    'refuses the page %j, which no answer ever gave',
    async (page) => {
      const { call } = await callerWith([]);
      await expect(call.memory.list({ ...USER, page })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    },
  );
});
