import { describe, expect, it } from 'vitest';
import { readToolResult } from './mcp-result.ts';
import { redactor } from '../../redact.ts';

const text = (value: string): object => ({ type: 'text', text: value });

describe('a remote tool’s result', () => {
  it.each([
    [{ content: [] }, ''],
    [{ content: [text('a'), text('b')] }, 'a\nb'],
    [{ content: [text('a')], structuredContent: { n: 1 } }, { n: 1 }],
    [{ structuredContent: null }, null],
    [
      { content: [text('a'), { type: 'image', data: 'AAAA', mimeType: 'image/png' }] },
      [
        { type: 'text', text: 'a' },
        { type: 'image', mimeType: 'image/png', note: 'Not shown.' },
      ],
    ],
    [
      { content: [{ type: 'resource', resource: { uri: 'u', text: 't' } }, { type: 'hologram' }] },
      [{ type: 'resource', uri: 'u', mimeType: null, text: 't' }],
    ],
  ])('is its structured content, else its text, else its parts: %j', (result, value) => {
    expect(readToolResult(result)).toEqual({ isError: false, value });
  });

  it('that is an error gives its words', () => {
    expect(readToolResult({ isError: true, content: [text('no disk')] })).toEqual({
      isError: true,
      message: 'no disk',
    });
    expect(readToolResult({ isError: true })).toEqual({
      isError: true,
      message: 'The tool says that it failed.',
    });
  });
});

describe('secrets in what a server says', () => {
  it('are taken out wherever they are, with and without their scheme', () => {
    const redact = redactor(['Bearer tok-12345', 'long-secret', 'long-secret-2', 'abc']);
    expect(
      redact({ 'long-secret': ['x tok-12345 y', 'Bearer tok-12345', 1, null, { a: 'long-secret-2' }] }),
    ).toEqual({
      '[secret]': ['x [secret] y', '[secret]', 1, null, { a: '[secret]' }],
    });
    expect(redact('abcdef $& token')).toBe('abcdef $& token');
    expect(redactor([])('same')).toBe('same');
  });
});
