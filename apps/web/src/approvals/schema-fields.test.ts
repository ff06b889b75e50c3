import { expect, test } from 'vitest';
import { answerOf, parseJson } from './parse-json.ts';
import { schemaFields } from './schema-fields.ts';

test('plain arguments become fields; what fields cannot hold is left to the JSON editor', () => {
  const schema = {
    type: 'object',
    properties: {
      url: { type: 'string', description: 'Where to.' },
      method: { type: 'string', enum: ['POST', 'PUT'] },
      count: { type: 'integer' },
      isUrgent: { type: 'boolean' },
      headers: { type: 'object' },
      anything: {},
      mixed: { enum: ['a', 1] },
    },
    required: ['url'],
  };
  expect(schemaFields(schema)).toEqual([
    { name: 'url', hint: 'Where to.', isRequired: true, kind: 'text' },
    { name: 'method', hint: null, isRequired: false, kind: 'choice', options: ['POST', 'PUT'] },
    { name: 'count', hint: null, isRequired: false, kind: 'number' },
    { name: 'isUrgent', hint: null, isRequired: false, kind: 'boolean' },
  ]);
});

test('a schema that is none, or has nothing plain, has no fields', () => {
  expect(schemaFields(undefined)).toBeNull();
  expect(schemaFields({ anyOf: [] })).toBeNull();
  expect(schemaFields({ type: 'object', properties: { list: { type: 'array' } } })).toBeNull();
});

test('says where typed JSON stops being any', () => {
  expect(parseJson('{"a": 1}')).toEqual({ ok: true, value: { a: 1 } });
  expect(parseJson('{\n  "a": 1 "b": 2\n}')).toEqual({ ok: false, line: 2, column: 10 });
  expect(parseJson('{\n  "a": 1')).toEqual({ ok: false, line: 2, column: 9 });
});

test('a typed result is JSON when it is an object or a list, else the text itself', () => {
  expect(answerOf('{"ok":true}')).toEqual({ ok: true });
  expect(answerOf('42')).toBe('42');
  expect(answerOf('it worked')).toBe('it worked');
});
