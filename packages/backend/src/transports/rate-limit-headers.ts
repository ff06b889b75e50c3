import type { Core, RequestInfo } from '../context.ts';

/** `RateLimit-Policy` and `RateLimit` (the IETF draft) for a request whose calls have been counted; none without limits. */
export function rateLimitHeaders(
  { rateLimits }: Pick<Core, 'rateLimits'>,
  request: RequestInfo,
): Record<string, string> {
  const standings = rateLimits?.standingsOf(request) ?? [];
  if (standings.length === 0) return {};
  const list = (item: (standing: (typeof standings)[number]) => string): string =>
    standings.map(item).join(', ');
  return {
    'ratelimit-policy': list(({ limit, calls, seconds }) => `"${limit}";q=${calls};w=${seconds}`),
    ratelimit: list(
      ({ limit, remaining, resetMs }) => `"${limit}";r=${remaining};t=${Math.ceil(resetMs / 1_000)}`,
    ),
  };
}
