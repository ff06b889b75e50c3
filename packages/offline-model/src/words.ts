export type Language = 'en' | 'ko';

const stopWords = new Set(
  (
    'a an and are as at be but by can could did do does for from had has have he her his how i if in into is it ' +
    'its just let me my no not of on or our please she should so some than that the their them then there these ' +
    'they this those to us was we were what when where which who why will with would you your about tell give ' +
    '그 그리고 그런데 나 나는 내 너 너는 네 또 수 안 왜 이 이것 저 저는 제 좀 줘 주세요 해줘 해주세요 있는 하는 대해 대한'
  ).split(' '),
);

const koreanParticle =
  /(?<=\p{Script=Hangul}{2})(?:에서|으로|에게|까지|부터|은|는|이|가|을|를|에|로|와|과|의|도|만)$/u;

/** Korean as soon as a Hangul character occurs. */
export function languageOf(text: string): Language {
  return /\p{Script=Hangul}/u.test(text) ? 'ko' : 'en';
}

/** Words in the order of the text, as written. */
export function wordsOf(text: string): readonly string[] {
  return text.match(/[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}]|['’.-](?=[\p{L}\p{N}]))*/gu) ?? [];
}

/** The word carries meaning of its own. */
export function isKeyWord(word: string): boolean {
  const minLength = languageOf(word) === 'ko' ? 2 : 3;
  return word.length >= minLength && !stopWords.has(word.toLowerCase());
}

/** The most frequent key words, at most `max`; equal ones in the order of the text. */
export function keyTermsOf(text: string, max: number): readonly string[] {
  const counts = new Map<string, number>();
  for (const word of wordsOf(text)) {
    const term = word.toLowerCase().replace(koreanParticle, '');
    if (isKeyWord(term)) counts.set(term, (counts.get(term) ?? 0) + 1);
  }
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, max)
    .map(([term]) => term);
}
