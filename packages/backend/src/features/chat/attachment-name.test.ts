import { LIMITS } from '@aura/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attachmentMediaType, attachmentName } from './attachment-name.ts';

describe('the name of a file', () => {
  it.each([
    ['report.pdf', 'report.pdf'],
    ['회의록 (최종).hwp', '회의록 (최종).hwp'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\ada\\a.txt', 'a.txt'],
    ['/', 'file'],
    ['..', 'file'],
    ['.htaccess', 'htaccess'],
    ['a\r\nSet-Cookie: x.txt', 'aSet-Cookie: x.txt'],
    ['invoice\u202Efdp.exe', 'invoicefdp.exe'],
    ['\0', '\uFFFD'],
    ['', 'file'],
  ])('of %j is %j', (given, expected) => {
    expect(attachmentName(given)).toBe(expected);
  });

  it('whatever is given, is one short line without a path, and says how it ends', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (given) => {
        const name = attachmentName(given);
        expect(name.length).toBeGreaterThan(0);
        expect(name.length).toBeLessThanOrEqual(LIMITS.attachmentNameChars);
        expect(name).not.toMatch(/[/\\\p{Cc}]|^\./u);
        expect(() => encodeURIComponent(name)).not.toThrow();
      }),
    );
    expect(attachmentName(`${'x'.repeat(500)}.docx`)).toMatch(/^x+\.docx$/);
  });
});

it.each([
  ['image/PNG', 'image/png'],
  ['text/html; charset=utf-8', 'text/html'],
  ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', undefined],
  ['image/svg+xml', 'image/svg+xml'],
  ['nonsense', 'application/octet-stream'],
  ['text/html\r\nX: y', 'application/octet-stream'],
  [undefined, 'application/octet-stream'],
])('the media type of %j is %j', (given, expected) => {
  expect(attachmentMediaType(given)).toBe(expected ?? given);
});
