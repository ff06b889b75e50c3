import { assert, constantFrom, double, integer, option, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ModelError } from '../../ports/model.ts';
import { pauseBefore } from './retry-pause.ts';

const failure = (retry: ModelError['retry'], retryAfterMs: number | null = null): ModelError =>
  new ModelError('provider_cut', { message: 'no', retry, retryAfterMs });

describe('the pause before another attempt', () => {
  it('is never negative, never more than a minute, and there are at most four attempts', () => {
    assert(
      property(
        constantFrom<ModelError['retry'][]>('never', 'rate', 'overload', 'cut'),
        option(double({ min: 0, max: 1e12, noNaN: true })),
        integer({ min: 1, max: 20 }),
        double({ min: 0, max: 1, noNaN: true }),
        (retry, retryAfterMs, attempt, random) => {
          const pauseMs = pauseBefore(failure(retry, retryAfterMs), attempt, () => random);
          if (retry === 'never' || attempt >= 4) expect(pauseMs).toBeNull();
          if (pauseMs === null) return;
          expect(pauseMs).toBeGreaterThanOrEqual(0);
          expect(pauseMs).toBeLessThanOrEqual(60_000);
        },
      ),
    );
  });

  it('grows from half a second to the whole of it, spread out so that clients do not come back together', () => {
    expect(pauseBefore(failure('overload'), 1, () => 1)).toBe(500);
    expect(pauseBefore(failure('overload'), 2, () => 1)).toBe(1_000);
    expect(pauseBefore(failure('cut'), 2, () => 0.5)).toBe(500);
    expect(pauseBefore(failure('rate', 2_000), 3, () => 1)).toBe(2_200);
  });
});
