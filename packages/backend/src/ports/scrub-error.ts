const MAX_DEPTH = 5;

/**
 * What an error of somebody else's tells, with `redact` applied and nothing else of it: it may hold the whole request, and
 * a server that refuses a key as a rule repeats it.
 */
export function scrubError(err: unknown, redact: (text: string) => string, depth = MAX_DEPTH): unknown {
  if (!(err instanceof Error) || depth === 0) return undefined;
  const copy = new Error(redact(err.message), { cause: scrubError(err.cause, redact, depth - 1) });
  copy.name = err.name;
  copy.stack = redact(err.stack ?? '');
  return copy;
}
