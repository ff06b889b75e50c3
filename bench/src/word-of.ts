/** An option that is one of a few words. Throws `RangeError` with its name for anything else. */
export function wordOf<W extends string>(name: string, value: string, words: readonly W[]): W {
  const word = words.find((known) => known === value);
  if (word === undefined) throw new RangeError(`--${name} must be ${words.join(' or ')}, not ${value}`);
  return word;
}
