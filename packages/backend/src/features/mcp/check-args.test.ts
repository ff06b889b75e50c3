import type { JsonObject } from '@aura/contract';
import { describe, expect, it } from 'vitest';
import { createArgsCheck } from './check-args.ts';

describe('arguments for a stranger’s schema', () => {
  it('are given back as they are when they fit', () => {
    const check = createArgsCheck({
      type: 'object',
      properties: { a: { type: 'string', format: 'email' }, b: { $ref: '#/$defs/b' } },
      $defs: { b: { type: 'integer' } },
      required: ['a'],
      additionalProperties: false,
    });
    const args = { a: 'x@y.example', b: 1 };
    expect(check(args)).toBe(args);
    expect(() => check({ b: 1 })).toThrow(/do not fit: .*required property 'a'/);
    expect(() => check({ a: 'no' })).toThrow(/do not fit/);
    expect(() => check({ ...args, c: 1 })).toThrow(/additional properties/);
    for (const other of [null, [], 'a', 1, undefined]) expect(() => check(other)).toThrow(/not an object/);
  });

  it('mean what the schema’s dialect says, and nothing of another schema with the same id', () => {
    const schema = (type: string) => ({ $id: 'same', type: 'object', properties: { a: { type } } });
    expect(createArgsCheck(schema('string'))({ a: 'x' })).toEqual({ a: 'x' });
    expect(() => createArgsCheck(schema('number'))({ a: 'x' })).toThrow(/must be number/);
    const draft7 = { $schema: 'http://json-schema.org/draft-07/schema#', definitions: { d: { const: 1 } } };
    const check = createArgsCheck({
      ...draft7,
      type: 'object',
      properties: { a: { $ref: '#/definitions/d' } },
    });
    expect(() => check({ a: 2 })).toThrow(/constant/);
  });

  it.each([
    ['a reference to elsewhere', { properties: { a: { $ref: 'https://a.example/schema' } } }],
    ['an unknown dialect', { $schema: 'https://a.example/dialect' }],
    ['a pattern that is none', { properties: { a: { pattern: '(' } } }],
    [
      'nesting without end',
      { properties: { a: JSON.parse('{"not":'.repeat(2_000) + '{}' + '}'.repeat(2_000)) } },
    ],
  ])('are refused when the schema is of no use: %s', (_what, schema) => {
    expect(() => createArgsCheck({ type: 'object', ...schema })({ a: 'x' })).toThrow(/cannot be used/);
  });

  it.each([
    ['a pattern that backtracks', { properties: { a: { pattern: '^(a+)+$' } } }],
    [
      'references that double',
      {
        properties: { a: { $ref: '#/$defs/d0' } },
        $defs: Object.fromEntries(
          Array.from({ length: 40 }, (_, at) => {
            const next = { $ref: `#/$defs/d${at + 1}` };
            return [`d${at}`, at === 39 ? { type: 'string' } : { allOf: [next, next] }];
          }),
        ),
      },
    ],
  ] as [string, JsonObject][])('stop nobody else’s work: %s', (_what, schema) => {
    const check = createArgsCheck({ type: 'object', ...schema });
    const startedAt = performance.now();
    expect(() => check({ a: `${'a'.repeat(50)}!` })).toThrow(/takes too long/);
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    const again = performance.now();
    expect(() => check({ a: 'a' })).toThrow(/takes too long/);
    expect(performance.now() - again).toBeLessThan(200);
  });
});
