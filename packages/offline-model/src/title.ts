import { isKeyWord, languageOf, wordsOf } from './words.ts';

const maxWords = 6;
const minWords = 3;

/** A title of 3 to 6 words made from the words of a text; script commands are no part of it. */
export function titleOf(text: string): string {
  const plain = text.replace(/^#[a-z]+(?=[ \t]|$)/gm, ' ').slice(0, 2000);
  const words = wordsOf(plain);
  const first = words.findIndex(isKeyWord);
  const chosen = words.slice(Math.max(first, 0)).slice(0, maxWords);
  // A title that stops at "their" or "the" reads as if it were cut.
  while (chosen.length > minWords && !isKeyWord(chosen.at(-1) ?? '')) chosen.pop();
  return capitalise(padded(chosen.map(shortened), languageOf(plain)).join(' '));
}

function padded(words: readonly string[], language: 'en' | 'ko'): readonly string[] {
  if (words.length >= minWords) return words;
  if (language === 'ko') return [...words, '관련', '짧은', '대화'];
  return words.length === 0 ? ['A', 'new', 'conversation'] : ['Conversation', 'about', ...words];
}

function shortened(word: string): string {
  return Array.from(word).slice(0, 24).join('');
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
