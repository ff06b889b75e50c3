import { memo, type ReactElement } from 'react';
import ReactMarkdown, { type Components, type Options } from 'react-markdown';
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
  // With their bullets on the side where the first of them begins.
  ul: ({ className, children }) => (
    <ul dir="auto" className={className}>
      {children}
    </ul>
  ),
  ol: ({ className, start, children }) => (
    <ol dir="auto" className={className} start={start}>
      {children}
    </ol>
  ),
  pre: ({ node }) => <CodeBlock node={node} />,
  table: ({ children }) => (
    <div className={classes.tableScroll}>
      <table>{children}</table>
    </div>
  ),
};

type RehypePlugins = Options['rehypePlugins'];

interface PartProps {
  text: string;
  rehypePlugins: RehypePlugins;
}
const Part = memo(function Part({ text, rehypePlugins }: PartProps): ReactElement {
  return (
    <ReactMarkdown remarkPlugins={PLUGINS} rehypePlugins={rehypePlugins} components={COMPONENTS}>
      {text}
    </ReactMarkdown>
  );
});

interface MarkdownProps {
  text: string;
  isLive: boolean;
  rehypePlugins?: RehypePlugins;
}

/** Markdown from a model, so from anyone: no HTML, nothing loaded by itself, links open elsewhere. */
export function Markdown({ text, isLive, rehypePlugins }: MarkdownProps): ReactElement {
  return (
    <div className={classes.root} data-live={isLive}>
      {splitMarkdown(text).map((part, index) => (
        // Parts are only ever appended, so their place names them.
        <Part key={index} text={part} rehypePlugins={rehypePlugins} />
      ))}
    </div>
  );
}
