import { assert, constantFrom, jsonValue, nat, property } from 'fast-check';
import { expect, test } from 'vitest';
import { isNestedDeeper } from './json-depth.ts';

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

test('agrees with a recursive count for any JSON, strings full of brackets included', () => {
  assert(
    property(jsonValue({ stringUnit: constantFrom('[', '{', '"', '\\', ']', 'a') }), nat(8), (value, max) => {
      expect(isNestedDeeper(JSON.stringify(value), max)).toBe(depthOf(value) > max);
    }),
    { numRuns: 500 },
  );
});

test('answers about a megabyte of brackets without recursion', () => {
  expect(isNestedDeeper('['.repeat(1_000_000), 20)).toBe(true);
  expect(isNestedDeeper(']'.repeat(1_000_000), 20)).toBe(false);
  expect(isNestedDeeper(`"${'[{'.repeat(500_000)}`, 20)).toBe(false);
});
