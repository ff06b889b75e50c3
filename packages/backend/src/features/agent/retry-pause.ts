import type { ModelError } from '../../ports/model.ts';

const MAX_WAIT_MS = 60_000;

/**
 * How long to wait before the attempt after `attempt` (1 is the first), or null when there is to be none.
 * Rate limits: as long as told, at most 60 s, 4 attempts. Overload: 0.5 s doubling to 8 s with full jitter, 3 attempts.
 * A cut or stalled answer: the same, 3 attempts.
 */
export function pauseBefore(
  error: ModelError,
  attempt: number,
  random: () => number = Math.random,
): number | null {
  const backoffMs = Math.min(8_000, 500 * 2 ** (attempt - 1));
  switch (error.retry) {
    case 'never':
      return null;
    case 'rate':
      if (attempt >= 4) return null;
      return Math.min(MAX_WAIT_MS, (error.retryAfterMs ?? backoffMs) * (1 + random() * 0.1));
    case 'overload':
      return attempt >= 3 ? null : Math.min(MAX_WAIT_MS, error.retryAfterMs ?? backoffMs * random());
    case 'cut':
      return attempt >= 3 ? null : backoffMs * random();
  }
}
