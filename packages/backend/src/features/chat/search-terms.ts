/** What to look for: as the index has it, and what has to stand in the text as it is. */
export interface SearchTerms {
  /** Lexemes joined by `&`, in the form of a `tsquery`. */
  query: string;
  /** Runs of characters that are words of their own in the index, which does not know that they stand together. */
  phrases: string[];
}

const MAX_WORDS = 10;
/** Shorter words begin so many others that they are looked for as they are. */
const MIN_PREFIX_CHARS = 3;

/** The same as in the migration that made `message_words`. */
const CHARACTER_WORDS = /([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3]+)/u;
const BETWEEN_WORDS =
  /[\p{Cc} -/:-@[-`{-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7\u2000-\u2bff\u3000-\u303f\ufe30-\ufe4f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\u{1f000}-\u{1faff}]+/u;
/** Nothing, or what is left of an emoji such as ❤️: a sign to show it in colours, a word to some databases only. */
const NO_WORD = /^[\ufe00-\ufe0f]*$/u;

/** What somebody typed into a search field, as the index of messages takes it; null: no word in it. */
export function searchTerms(typed: string): SearchTerms | null {
  const words = typed
    .normalize('NFC')
    .toLowerCase()
    .split(BETWEEN_WORDS)
    .filter((word) => !NO_WORD.test(word))
    .slice(0, MAX_WORDS);
  const lexemes: string[] = [];
  const phrases: string[] = [];
  for (const part of words.flatMap((word) => word.split(CHARACTER_WORDS))) {
    if (part === '') continue;
    if (!CHARACTER_WORDS.test(part)) {
      lexemes.push(Array.from(part).length >= MIN_PREFIX_CHARS ? `'${part}':*` : `'${part}'`);
      continue;
    }
    lexemes.push(...Array.from(part, (character) => `'${character}'`));
    if (part.length > 1) phrases.push(part);
  }
  return lexemes.length === 0 ? null : { query: [...new Set(lexemes)].join(' & '), phrases };
}
