const maxKeyChars = 64;

/** The key under which `remember` and `recall` meet: lower case words joined by `_`. */
export function memoryKeyOf(words: string): string {
  const key = words
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '_')
    .replaceAll(/^_+|_+$/g, '');
  return Array.from(key).slice(0, maxKeyChars).join('') || 'note';
}
