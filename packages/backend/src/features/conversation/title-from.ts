const MAX_CHARS = 60;

/** What a conversation is called before anything was said in it. */
const UNTITLED = 'New conversation';

/** The title of a conversation once `text` is sent in it: its own, or one from the text when it has none yet. */
export function titleAfter(title: string, text: string): string {
  return title === UNTITLED ? titleFrom(text) : title;
}

/** A title for a conversation that begins with `text`: its first line, cut at a word. */
export function titleFrom(text: string | undefined): string {
  const line = text
    ?.split('\n')
    .map((part) => part.replace(/^#\w+\s*/, '').trim())
    .find((part) => part !== '');
  if (line === undefined) return UNTITLED;
  const characters = Array.from(line);
  if (characters.length <= MAX_CHARS) return line;
  const cut = characters.slice(0, MAX_CHARS).join('');
  const lastSpace = cut.lastIndexOf(' ');
  return `${lastSpace > MAX_CHARS / 2 ? cut.slice(0, lastSpace) : cut}…`;
}
