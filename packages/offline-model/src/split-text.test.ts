import { expect, test } from 'vitest';
import { splitArguments, splitText } from './split-text.ts';

const texts = [
  '',
  '   ',
  'plain words  with\n\nspaces ',
  '가나다라마바사아자차카타파하가나다라마바사아자차카타파하',
  '👨‍👩‍👧‍👦'.repeat(9),
  '한글(decomposed)'.normalize('NFD'),
  'a'.repeat(100),
];

test.each(texts)('pieces join to the text, are short and whole: %j', (text) => {
  const pieces = [...splitText(text)];
  expect(pieces.join('')).toBe(text);
  expect(pieces.every((piece) => piece.isWellFormed() && piece !== '')).toBe(true);
  expect(Math.max(0, ...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(12);
});

test.each(['{}', '{"emoji":"😀😀😀😀😀😀😀😀"}', '{"key":"이름"}'])(
  'arguments come in two pieces or more, whole ones: %s',
  (text) => {
    const pieces = [...splitArguments(text)];
    expect(pieces.join('')).toBe(text);
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.every((piece) => piece.isWellFormed())).toBe(true);
  },
);
