/** `next`; or `previous`, when it holds the very same: a list that is kept need not be drawn again. */
export function sameOrNext<T>(previous: readonly T[], next: readonly T[]): readonly T[] {
  const isSame = previous.length === next.length && next.every((item, index) => item === previous[index]);
  return isSame ? previous : next;
}
