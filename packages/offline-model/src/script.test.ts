import { expect, test } from 'vitest';
import { parseScript, ScriptError } from './script.ts';

test('reads every command, and remarks between them as remarks', () => {
  const text = [
    'please:',
    '#think a b',
    '#plan A |  B | ',
    '#tool recall {"key":"x"}',
    '#say',
    '#repeat 3 t u',
    '#delay 5',
    '#fail cut 2',
  ].join('\r\n');
  expect(parseScript(text)).toEqual([
    { kind: 'think', text: 'a b' },
    { kind: 'plan', titles: ['A', 'B'] },
    { kind: 'tool', name: 'recall', arguments: '{"key":"x"}' },
    { kind: 'say', text: '' },
    { kind: 'repeat', times: 3, text: 't u' },
    { kind: 'delay', delayMs: 5 },
    { kind: 'fail', failure: 'cut', times: 2, line: 8 },
  ]);
});

test.each(['', 'hello', '# Title', '#hashtag', ' #say indented', 'say #say'])(
  'takes %j for free text',
  (text) => {
    expect(parseScript(text)).toBeUndefined();
  },
);

test.each([
  '#plan |',
  `#plan ${'a|'.repeat(51)}`,
  '#tool',
  '#tool not/a/name {}',
  '#repeat x y',
  '#repeat 3',
  '#repeat 1000001 x',
  `#repeat 1000000 ${'x'.repeat(20)}`,
  '#delay',
  '#delay -1',
  '#delay 60001',
  '#fail',
  '#fail everything',
  '#fail 500 many',
  '#say a\n#sayb',
  '#say x\n'.repeat(1001),
])('names the line that cannot be followed: %.40j', (text) => {
  expect(() => parseScript(text)).toThrow(ScriptError);
  expect(() => parseScript(text)).toThrow(/^Script line \d+: /);
});
