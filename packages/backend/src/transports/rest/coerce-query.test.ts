import { expect, it } from 'vitest';
import { z } from 'zod';
import { coerceQuery } from './coerce-query.ts';
import { fieldsOfInput } from './json-schema.ts';

const schema = z.object({
  count: z.int().default(1),
  ratio: z.number().nullish(),
  isOn: z.boolean().optional(),
  text: z.string().optional(),
  either: z.union([z.string(), z.number()]).optional(),
  tags: z.array(z.int()).optional(),
});
const { properties } = fieldsOfInput(schema);
const read = (query: string): unknown => coerceQuery(new URLSearchParams(query), properties);

it('reads numbers, flags, texts and lists as the schema has them', () => {
  expect(read('count=5&ratio=-1.5&isOn=false&text=5&either=5&tags=1&tags=2')).toEqual({
    count: 5,
    ratio: -1.5,
    isOn: false,
    text: '5',
    either: '5',
    tags: [1, 2],
  });
});

it.each(['isOn=1', 'isOn=TRUE', 'isOn=', 'count=0x10', 'count=1e3', 'count=', 'count= 1', 'tags=x'])(
  'leaves %s for the schema to refuse',
  (query) => {
    expect(schema.safeParse(read(query)).success).toBe(false);
  },
);

it('leaves the schema as it was: what tRPC refuses, it goes on refusing', () => {
  read('isOn=false&count=5');
  expect(schema.safeParse({ isOn: 'false' }).success).toBe(false);
  expect(schema.safeParse({ count: '5' }).success).toBe(false);
});

it('takes names that objects are born with for names like any other', () => {
  const input = coerceQuery(new URLSearchParams('__proto__=x&constructor=y'), properties);
  expect(Object.getPrototypeOf(input)).toBe(Object.prototype);
  expect(Object.keys(input)).toEqual(['__proto__', 'constructor']);
});
