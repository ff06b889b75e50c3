import { describe, expect, it } from 'vitest';
import { OvertimeError, withinMs } from './within-ms.ts';

describe('work within a time', () => {
  it('gives its result, or throws what it throws', () => {
    expect(withinMs(1_000, () => 7)).toBe(7);
    expect(withinMs(1_000, () => undefined)).toBe(undefined);
    const own = new TypeError('its own');
    expect(() =>
      withinMs(1_000, () => {
        throw own;
      }),
    ).toThrow(own);
  });

  it.each([
    ['a regular expression', () => /^(a+)+$/.test(`${'a'.repeat(60)}!`)],
    [
      'a loop',
      () => {
        for (;;);
      },
    ],
  ])('is stopped when it never ends: %s', (_what, work) => {
    const startedAt = performance.now();
    expect(() => withinMs(50, work)).toThrow(OvertimeError);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});
