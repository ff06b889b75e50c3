import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../testing/test-backend.ts';
import { jsonText, storableText } from './json-text.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend();
});
afterAll(async () => await test[Symbol.asyncDispose]());

/** What the database makes of each text as jsonb. */
async function stored(texts: readonly string[]): Promise<unknown[]> {
  const { rows } = await sql<{ data: { value: unknown } }>`
    select jsonb_build_object('value', text::jsonb) as data
    from unnest(array[${sql.join(texts.map((text) => sql`${text}::text`))}]) with ordinality as t(text, place)
    order by place`.execute(test.backend.database.db);
  return rows.map(({ data }) => data.value);
}

/** Text with what PostgreSQL refuses in it far more often than chance would have it. */
const nasty = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc
    .array(
      fc.constantFrom(
        '\0',
        '\ud83d',
        '\ude00',
        '\ud83d\ude00',
        '\\',
        'u0000',
        '\\u0000',
        'ud83d',
        '"',
        'é',
        '\uffff',
      ),
    )
    .map((parts) => parts.join('')),
);
const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    nasty,
    fc.constantFrom(null, true, false),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(nasty, tie('value'), { maxKeys: 5 }),
  ),
})).value;

describe('jsonText', () => {
  it('writes whatever it is given so that the database takes it, and changes nothing but what it cannot store', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(json, { minLength: 1, maxLength: 20 }), async (values) => {
        const texts = values.map((value) => jsonText(value));
        const expected: unknown[] = texts.map((text) => JSON.parse(text));
        expect(await stored(texts)).toEqual(expected);
        for (const [index, value] of values.entries()) {
          if (isStorable(value)) expect(texts[index]).toBe(JSON.stringify(value));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('replaces NUL and halves of surrogate pairs, in keys too, by U+FFFD', () => {
    const value = { 'a\0': ['\ud83d', 'x\ude00y', { '\udc00': 'ok \ud83d\ude00' }] };
    expect(JSON.parse(jsonText(value))).toEqual({
      'a\ufffd': ['\ufffd', 'x\ufffdy', { '\ufffd': 'ok \ud83d\ude00' }],
    });
  });

  it('leaves alone what only looks like an escape', () => {
    const value = { text: String.raw`\u0000 \ud83d` };
    expect(jsonText(value)).toBe(JSON.stringify(value));
  });

  it('writes what writes itself, beside what must be replaced', () => {
    const at = new Date(0);
    expect(JSON.parse(jsonText({ at, text: '\0', none: undefined }))).toEqual({
      at: '1970-01-01T00:00:00.000Z',
      text: '\ufffd',
    });
  });

  it('keeps a key that is called __proto__', () => {
    const value: unknown = JSON.parse(String.raw`{"__proto__": {"a": "\u0000"}}`);
    expect(jsonText(value)).toBe('{"__proto__":{"a":"\ufffd"}}');
  });
});

describe('storableText', () => {
  it('is taken by a text column, keeps its length, and changes nothing that could be stored', async () => {
    await fc.assert(
      fc.asyncProperty(nasty, async (text) => {
        const result = storableText(text);
        const { rows } = await sql<{ text: string }>`select ${result}::text as text`.execute(
          test.backend.database.db,
        );
        expect(rows[0]?.text).toBe(result);
        expect(result).toHaveLength(text.length);
        if (isStorable(text)) expect(result).toBe(text);
      }),
      { numRuns: 60 },
    );
  });
});

function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0');
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, inner]) => isStorable(key) && isStorable(inner));
}
