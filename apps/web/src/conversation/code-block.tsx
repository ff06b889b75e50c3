import type { ReactElement } from 'react';
import type { ExtraProps } from 'react-markdown';
import { useTranslation } from 'react-i18next';
import { CopyButton } from './copy-button.tsx';
import classes from './markdown.module.css';

type HastElement = NonNullable<ExtraProps['node']>;

/** A block of code with its language and a way to take it along. `node` is the `pre` element. */
export function CodeBlock({ node }: { node: HastElement | undefined }): ReactElement {
  const { t } = useTranslation();
  const { language, code } = read(node);
  return (
    <figure className={classes.code}>
      <figcaption className={classes.codeBar}>
        <span>{language ?? t('conversation.code')}</span>
        <CopyButton text={code} label={t('conversation.copyCode')} />
      </figcaption>
      {/* Focusable, so that the keyboard can scroll it sideways. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre tabIndex={0}>
        <code>{code}</code>
      </pre>
    </figure>
  );
}

function read(node: HastElement | undefined): { language: string | null; code: string } {
  const child = node?.children[0];
  if (child?.type !== 'element') return { language: null, code: '' };
  const names = child.properties['className'];
  const name = Array.isArray(names) ? names.find((item) => item.startsWith('language-')) : undefined;
  const code = child.children.map((item) => (item.type === 'text' ? item.value : '')).join('');
  return { language: name === undefined ? null : name.slice('language-'.length), code };
}
