import { memo, type ReactElement } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';
import remarkCjkFriendly from 'remark-cjk-friendly';
import remarkGfm from 'remark-gfm';
import { CodeBlock } from './code-block.tsx';
import { ImageLink } from './image-link.tsx';
import classes from './markdown.module.css';
import { splitMarkdown } from './split-markdown.ts';

// CommonMark leaves `**(so)**입니다` unmarked: a Korean particle follows a word without a space.
const PLUGINS = [remarkGfm, remarkCjkFriendly];
// Raw HTML stays text: there is no plugin that would parse it.
const COMPONENTS: Components = {
  a: ({ href, title, children }) => (
    <a href={href} title={title} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  ),
  img: ({ src, alt }) => <ImageLink src={typeof src === 'string' ? src : ''} alt={alt ?? ''} />,
  pre: ({ node }) => <CodeBlock node={node} />,
  table: ({ children }) => (
    <div className={classes.tableScroll}>
      <table>{children}</table>
    </div>
  ),
};

const Part = memo(function Part({ text }: { text: string }): ReactElement {
  return (
    <ReactMarkdown remarkPlugins={PLUGINS} components={COMPONENTS}>
      {text}
    </ReactMarkdown>
  );
});

/** Markdown from a model, so from anyone: no HTML, nothing loaded by itself, links open elsewhere. */
export function Markdown({ text, isLive }: { text: string; isLive: boolean }): ReactElement {
  return (
    <div className={classes.root} data-live={isLive}>
      {splitMarkdown(text).map((part, index) => (
        // Parts are only ever appended, so their place names them.
        <Part key={index} text={part} />
      ))}
    </div>
  );
}
