const FENCE = /^ {0,3}(`{3,}|~{3,})/;
// May continue what stood before a blank line: a list, a quote, a table, an indented paragraph. Told by the first
// character alone, so that a line which is still growing never changes sides.
const CONTINUES = /^[\s\-*+>|\d]/;
// Means something for the text as a whole, so the text cannot be parsed in parts.
const DEFINITION = /^ {0,3}\[[^\]]+\]:/m;

/**
 * `text` cut into parts that mean the same parsed one by one; joined they are `text`. While an answer
 * streams only its last part changes, so the others are parsed once instead of once per token.
 */
export function splitMarkdown(text: string): string[] {
  if (DEFINITION.test(text)) return [text];
  const parts: string[] = [];
  let part = '';
  let fence: string | null = null;
  let isAfterBlank = false;
  for (const line of text.split(/(?<=\n)/)) {
    if (fence === null && isAfterBlank && !CONTINUES.test(line) && part.trim() !== '') {
      parts.push(part);
      part = '';
    }
    const mark = FENCE.exec(line)?.[1];
    if (fence === null) fence = mark ?? null;
    else if (mark !== undefined && closes(fence, mark, line)) fence = null;
    isAfterBlank = fence === null && line.trim() === '';
    part += line;
  }
  return part === '' ? parts : [...parts, part];
}

/** A fence ends with at least as many of the same mark and nothing after it. */
function closes(fence: string, mark: string, line: string): boolean {
  return mark[0] === fence[0] && mark.length >= fence.length && line.trim() === mark;
}
