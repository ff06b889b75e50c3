/** An option that is a count. Throws `RangeError` with its name for anything but a whole number from 1 on. */
export function countOf(name: string, value: string): number {
  const count = Number(value);
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new RangeError(`--${name} must be a whole number from 1 on, not ${value}`);
  }
  return count;
}
