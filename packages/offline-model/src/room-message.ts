const mention = /(?<![\p{L}\p{N}_@.])@agent(?![\p{L}\p{N}_])[,:]?[ \t]*/iu;

/** Aura says in the instructions that the conversation is one of several people in a room. */
export function isInRoom(systemText: string): boolean {
  return systemText.includes('<room>');
}

/** What somebody in a room asks: without their name, the indent of further lines and who is addressed. */
export function askedInRoom(text: string): string {
  return text
    .replace(/^[^\n:]*: /, '')
    .replaceAll('\n  ', '\n')
    .replace(mention, '')
    .trim();
}
