import type { RecentContextOutput } from '@aura/contract';

const SPEAKERS = { user: 'User', assistant: 'Assistant' };

/**
 * Messages, oldest first, as one text: the newest that fit into `maxChars` (UTF-16 units), whole, except that the very
 * newest is cut when it alone is too long. Further lines of a message are indented, so that nothing said in one can
 * pass for the next speaker.
 */
export function recentText(
  messages: readonly { role: keyof typeof SPEAKERS; text: string }[],
  maxChars: number,
): RecentContextOutput {
  const lines: string[] = [];
  let left = maxChars;
  for (const { role, text } of messages.toReversed()) {
    const line = `${SPEAKERS[role]}: ${text.replaceAll(/\r\n|[\n\r\u2028\u2029]/g, '\n  ')}`;
    if (line.length > left) {
      if (lines.length === 0) lines.push(`${cut(line, left - 1)}…`);
      break;
    }
    lines.push(line);
    left -= line.length + 1;
  }
  return { text: lines.toReversed().join('\n'), messageCount: lines.length };
}

/** The beginning of `text`, not ending within a character. */
function cut(text: string, chars: number): string {
  const part = text.slice(0, chars);
  return part.isWellFormed() ? part : part.slice(0, -1);
}
