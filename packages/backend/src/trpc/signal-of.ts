const never = new AbortController().signal;

/** A caller without a connection (a test, a script) gives no signal; its subscription ends when it is returned. */
export function signalOf(signal: AbortSignal | undefined): AbortSignal {
  return signal ?? never;
}
