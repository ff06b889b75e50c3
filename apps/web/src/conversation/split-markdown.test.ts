import { expect, test } from 'vitest';
import { splitMarkdown } from './split-markdown.ts';

const SAMPLE = [
  '# Title\n\nA paragraph\nof two lines.\n\n',
  '1. one\n\n2. two\n\n   still two\n\n',
  'Then code:\n\n',
  '```md\n# not a title\n\nnot a paragraph\n```\n\n',
  '~~~\n```\n\nstill code\n~~~\n\n',
  '| a | b |\n|---|---|\n| 1 | 2 |\n\nEnd.',
].join('');

test('loses nothing at any point of a stream', () => {
  for (let length = 0; length <= SAMPLE.length; length++) {
    const text = SAMPLE.slice(0, length);
    expect(splitMarkdown(text).join('')).toBe(text);
  }
});

test('keeps lists, code and tables whole', () => {
  expect(splitMarkdown(SAMPLE)).toEqual([
    '# Title\n\n',
    'A paragraph\nof two lines.\n\n1. one\n\n2. two\n\n   still two\n\n',
    'Then code:\n\n',
    '```md\n# not a title\n\nnot a paragraph\n```\n\n',
    '~~~\n```\n\nstill code\n~~~\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n',
    'End.',
  ]);
});

test('leaves earlier parts as they are while the text grows', () => {
  let before: string[] = [];
  for (let length = 1; length <= SAMPLE.length; length++) {
    const parts = splitMarkdown(SAMPLE.slice(0, length));
    expect(parts.slice(0, before.length - 1)).toEqual(before.slice(0, -1));
    before = parts;
  }
});

test('does not cut a text that defines links for all of it', () => {
  const text = 'See [it].\n\nMore.\n\n[it]: https://example.com\n';
  expect(splitMarkdown(text)).toEqual([text]);
});
