import { isDeepStrictEqual } from 'node:util';
import type { Json } from '@aura/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { argsHash, canonicalJson } from './args-hash.ts';

const json = fc.jsonValue({ maxDepth: 2 }).map((value): Json => JSON.parse(JSON.stringify(value)));

/** The same value with its keys in another order, at every depth. */
function reordered(value: Json): Json {
  if (Array.isArray(value)) return value.map(reordered);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, member]) => [key, reordered(member)]),
  );
}

const hashOf = (args: Json, tool = 'send', version = '1'): string => argsHash({ tool, version, args });

describe('the hash of a call', () => {
  it('is that of the value: the order of keys and the way through JSON do not matter', () => {
    fc.assert(
      fc.property(json, (args) => {
        const text = canonicalJson(args);
        return (
          hashOf(reordered(args)) === hashOf(args) &&
          hashOf(JSON.parse(text)) === hashOf(args) &&
          isDeepStrictEqual(JSON.parse(text), args)
        );
      }),
      { numRuns: 10_000 },
    );
  });

  it('is another one for any other value, tool or version', () => {
    fc.assert(
      fc.property(json, json, fc.string(), fc.string(), (args, others, tool, version) => {
        const hash = hashOf(args);
        return (
          (hash === hashOf(others)) === isDeepStrictEqual(args, others) &&
          (hash === hashOf(args, tool, version)) === (tool === 'send' && version === '1') &&
          hash !== hashOf([args]) &&
          hash !== hashOf({ args })
        );
      }),
      { numRuns: 10_000 },
    );
  });

  it('tells apart what looks alike', () => {
    const alike: Json[] = [
      1,
      '1',
      [1],
      ['1'],
      { 1: 1 },
      null,
      'null',
      true,
      'true',
      '',
      [],
      {},
      { '': null },
      [[]],
      0,
      '0',
    ];
    expect(new Set(alike.map((args) => hashOf(args))).size).toBe(alike.length);
    expect(hashOf({ a: 'b","c":"d' })).not.toBe(hashOf({ a: 'b', c: 'd' }));
  });
});
