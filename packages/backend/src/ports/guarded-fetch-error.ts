/**
 * Why there is no answer. `refused`: the guard does not go there; asking again changes nothing. `timeout` · `too_large` ·
 * `unreachable`: it was tried. The message is meant for whoever asked, the model included: it names no address.
 */
export class GuardedFetchError extends Error {
  override name = 'GuardedFetchError';
  readonly reason: 'refused' | 'timeout' | 'too_large' | 'unreachable';

  constructor(reason: GuardedFetchError['reason'], message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.reason = reason;
  }
}

/** The guard's own error somewhere among the causes of `err`, as an HTTP client wraps what its connector says. */
export function guardedErrorIn(err: unknown): GuardedFetchError | null {
  let cause = err;
  for (let depth = 0; depth < 5 && cause instanceof Error; depth++) {
    if (cause instanceof GuardedFetchError) return cause;
    cause = cause.cause;
  }
  return null;
}
