const MAX_CHARS = 60;

/** A title for a conversation that begins with `text`: its first line, cut at a word. */
export function titleFrom(text: string | undefined): string {
  const line = text
    ?.split('\n')
    .map((part) => part.replace(/^#\w+\s*/, '').trim())
    .find((part) => part !== '');
  if (line === undefined) return 'New conversation';
  const characters = Array.from(line);
  if (characters.length <= MAX_CHARS) return line;
  const cut = characters.slice(0, MAX_CHARS).join('');
  const lastSpace = cut.lastIndexOf(' ');
  return `${lastSpace > MAX_CHARS / 2 ? cut.slice(0, lastSpace) : cut}…`;
}
