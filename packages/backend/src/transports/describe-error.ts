/**
 * An error as the log may have it: what it is and where it came from. Its other properties stay out: database drivers
 * put the statement's parameters there, HTTP clients the request with its headers.
 */
export function describeError(err: unknown, depth = 0): object {
  if (!(err instanceof Error)) return { message: String(err) };
  return {
    type: err.name,
    message: err.message,
    ...('code' in err && { code: String(err.code) }),
    stack: err.stack,
    ...(err.cause !== undefined && depth < 3 && { cause: describeError(err.cause, depth + 1) }),
  };
}
