import { expect, it } from 'vitest';
import { visibleText } from './visible-text.ts';

it('writes out what hides or turns text around, and leaves every other character alone', () => {
  expect(visibleText('pay \u202Egpj.exe\u200B 한국어 👩 é\n')).toBe(
    'pay \\u202egpj.exe\\u200b 한국어 👩 é\n',
  );
});
