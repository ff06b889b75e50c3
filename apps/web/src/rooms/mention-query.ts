/** What stands between an `@` and the caret: a name that is being typed. */
export interface MentionQuery {
  /** Where the `@` is. */
  start: number;
  query: string;
}

/** Names are of several words; longer than this it is a sentence. */
const MAX_CHARS = 40;

/** The name that is being typed at `caret`; null when there is none. */
export function mentionQueryAt(text: string, caret: number): MentionQuery | null {
  const before = text.slice(Math.max(0, caret - MAX_CHARS - 1), caret);
  const match = /(?<![\p{L}\p{N}_@.])@(?<query>[^@\n]*)$/u.exec(before);
  const query = match?.groups?.['query'];
  if (match === null || query === undefined || /^\s/.test(query)) return null;
  return { start: caret - query.length - 1, query };
}

/** `text` with the chosen name in the place of what was typed of it, and where the caret goes. */
export function withMention(
  text: string,
  { start, query }: MentionQuery,
  name: string,
): { text: string; caret: number } {
  const head = `${text.slice(0, start)}@${name} `;
  const tail = text.slice(start + 1 + query.length).replace(/^ /, '');
  return { text: head + tail, caret: head.length };
}

/** A person who can be named. */
export interface Mentionable {
  userId: string;
  name: string;
}

/** Those whose name has a word that begins like the query, or that begins like it as a whole; the latter first. */
export function matchingPeople<P extends Mentionable>(people: readonly P[], query: string): P[] {
  const wanted = query.toLocaleLowerCase();
  const begins = ({ name }: P) => name.toLocaleLowerCase().startsWith(wanted);
  const hasWord = ({ name }: P) =>
    name
      .toLocaleLowerCase()
      .split(/[\s.@_-]+/)
      .some((word) => word.startsWith(wanted));
  const first = people.filter(begins);
  return [...first, ...people.filter((person) => !begins(person) && hasWord(person))];
}

/** Ids of those whose `@name` stands in the text. */
export function mentionedIn(text: string, people: readonly Mentionable[]): string[] {
  const pattern = mentionPattern(people.map(({ name }) => name));
  if (pattern === null) return [];
  const named = new Set(Array.from(text.matchAll(pattern), ([match]) => match.slice(1)));
  return people.filter(({ name }) => named.has(name)).map(({ userId }) => userId);
}

/** Finds each `@name` as a word of its own, the longest name first; null for no names. */
export function mentionPattern(names: readonly string[]): RegExp | null {
  const known = names.filter((name) => name !== '').toSorted((a, b) => b.length - a.length);
  if (known.length === 0) return null;
  const choices = known.map((name) => name.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&')).join('|');
  // Hangul may follow: Korean particles stand without a space.
  return new RegExp(`(?<![\\p{L}\\p{N}_@.])@(?:${choices})(?![\\p{Script=Latin}\\p{N}_])`, 'gu');
}
