import type { ReactElement } from 'react';
import { Markdown } from './markdown.tsx';

export function Answer({ text, isLive }: { text: string; isLive: boolean }): ReactElement {
  return (
    <div data-answer data-live={isLive}>
      <Markdown text={text} isLive={isLive} />
    </div>
  );
}
