import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createGroupCommit } from './group-commit.ts';

const WRITERS = 8;
const WRITE_MS = 12;

/** The sizes of the groups when so many write three times each, a moment after they were answered. */
async function groupSizes(options: { gathers: boolean; writers: number }): Promise<number[]> {
  const sizes: number[] = [];
  await using group = createGroupCommit<string, string>({
    ...options,
    partOf: (request) => request,
    async write(requests) {
      sizes.push(requests.length);
      await pause(WRITE_MS);
      return requests;
    },
  });
  const write = async (name: string): Promise<void> => {
    for (let round = 0; round < 3; round++) {
      expect(await group.add(name)).toBe(name);
      await pause(1);
    }
  };
  await Promise.all(Array.from({ length: options.writers }, async (_, index) => await write(String(index))));
  return sizes;
}

test('who was answered with several others and writes again at once is in the next group', async () => {
  const sizes = await groupSizes({ gathers: true, writers: WRITERS });
  expect(sizes.slice(0, 3)).toEqual([1, WRITERS - 1, WRITERS]);
});

test('where groups do not gather, those who wait by then go alone', async () => {
  const sizes = await groupSizes({ gathers: false, writers: WRITERS });
  expect(sizes.slice(0, 3)).toEqual([1, WRITERS - 1, 1]);
});

test('a few are not waited for', async () => {
  const sizes = await groupSizes({ gathers: true, writers: 3 });
  expect(sizes.slice(0, 3)).toEqual([1, 2, 1]);
});
