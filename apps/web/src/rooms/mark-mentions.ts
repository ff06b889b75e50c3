import type { ExtraProps } from 'react-markdown';
import { mentionPattern } from './mention-query.ts';

type HastElement = NonNullable<ExtraProps['node']>;
type HastChild = HastElement['children'][number];

interface MarkMentionsOptions {
  names: readonly string[];
  /** The reader's, which stands out more. */
  own: string | undefined;
}

/** A rehype plugin: each `@name` outside code becomes a `span` with `data-mention` (`own` or `other`). */
export function markMentions({ names, own }: MarkMentionsOptions): (tree: HastElement) => void {
  const pattern = mentionPattern(names);
  const mark = (parent: Pick<HastElement, 'children'>): void => {
    parent.children = parent.children.flatMap((child): HastChild[] => {
      if (child.type === 'text') return pattern === null ? [child] : split(child.value, pattern, own);
      if (child.type === 'element' && child.tagName !== 'code') mark(child);
      return [child];
    });
  };
  return mark;
}

function split(text: string, pattern: RegExp, own: string | undefined): HastChild[] {
  const parts: HastChild[] = [];
  let end = 0;
  for (const { 0: mention, index } of text.matchAll(pattern)) {
    if (index > end) parts.push({ type: 'text', value: text.slice(end, index) });
    parts.push({
      type: 'element',
      tagName: 'span',
      properties: { dataMention: mention.slice(1) === own ? 'own' : 'other' },
      children: [{ type: 'text', value: mention }],
    });
    end = index + mention.length;
  }
  if (end < text.length) parts.push({ type: 'text', value: text.slice(end) });
  return parts;
}
