/** Calls every listener; one that throws is reported and neither ends the process nor silences the others. */
export function tellAll<T>(
  listeners: Iterable<(value: T) => void>,
  value: T,
  onError: (err: unknown) => void,
): void {
  for (const listener of listeners) {
    try {
      listener(value);
    } catch (err) {
      onError(err);
    }
  }
}
