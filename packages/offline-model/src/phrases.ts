import { english } from './phrases-english.ts';
import { korean } from './phrases-korean.ts';
import type { Task } from './tasks.ts';
import type { Language } from './words.ts';

/** Everything the assistant says, once per language. */
export type Phrases = {
  locale: string;
  thought(kinds: readonly Task['kind'][]): string;
  step: Record<Task['kind'], string>;
  readStep: string;
  termsStep: string;
  answerStep: string;
  clock(instant: string): string;
  clockRaw: string;
  remembered(key: string, value: string): string;
  recalled(key: string | undefined): string;
  nothingRecalled(key: string | undefined): string;
  found(query: string): string;
  nothingFound(query: string): string;
  posted(text: string): string;
  noTool(name: string): string;
  failed(name: string, problem: string): string;
  greeting: string;
  overview: string;
  size(words: number, characters: number): string;
  terms(terms: string): string;
  isQuestion: string;
  isStatement: string;
  page(page: string): string;
  place(messageNumber: number): string;
  goOn: string;
  offline: string;
};

export function phrasesIn(language: Language): Phrases {
  return language === 'ko' ? korean : english;
}

/** The text greets or asks what the assistant can do. */
export function isGreeting(text: string): boolean {
  const said = text.trim();
  return (
    said === '' ||
    /^(?:hi|hello|hey|help|good (?:morning|evening|afternoon))\b[^a-z]*(?:aura|there)?[^a-z]*$/i.test(said) ||
    /\b(?:what can you do|who are you)\b/i.test(said.slice(0, 200)) ||
    /^(?:안녕|도와)|(?:뭘|무엇을|뭐를?)\s*할\s*수\s*있|(?:넌|너는|당신은)\s*누구/.test(said.slice(0, 200))
  );
}
