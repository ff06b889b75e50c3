import { USAGE_LIMITS } from '@aura/contract';
import { AppError } from '../../app-error.ts';

/** From `from` on, up to `to` without it. */
export interface UsageRange {
  from: Date;
  to: Date;
}

const DAY_MS = 86_400_000;

/** The range a question is about, with what it leaves out; throws BAD_INPUT when it is empty or too long. */
export function usageRange(
  { from, to }: { from?: string | undefined; to?: string | undefined },
  now: Date,
): UsageRange {
  const end = to === undefined ? now : new Date(to);
  const start =
    from === undefined ? new Date(end.getTime() - USAGE_LIMITS.rangeDefaultDays * DAY_MS) : new Date(from);
  const lengthMs = end.getTime() - start.getTime();
  if (lengthMs <= 0) throw new AppError('BAD_INPUT', { message: '`from` must be before `to`.' });
  if (lengthMs > USAGE_LIMITS.rangeMaxDays * DAY_MS) {
    throw new AppError('BAD_INPUT', {
      message: `From \`from\` to \`to\` must be at most ${USAGE_LIMITS.rangeMaxDays} days. Ask for less at a time.`,
    });
  }
  return { from: start, to: end };
}
