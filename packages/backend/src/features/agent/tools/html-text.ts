// htmlparser2 rather than patterns of our own: it decodes entities, survives what browsers survive, and reads in one pass.
import { Parser } from 'htmlparser2';
import { OvertimeError, withinMs } from '../../../within-ms.ts';

/** Nothing in these is meant to be read. */
const SKIPPED = new Set([
  'script',
  'style',
  'noscript',
  'template',
  'svg',
  'math',
  'iframe',
  'object',
  'canvas',
  'select',
]);
const BLOCKS = new Set(
  (
    'address article aside blockquote br dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr ' +
    'li main nav ol p pre section table tr ul title body'
  ).split(' '),
);
/** Unclosed tags by the hundred thousand keep the parser busy for minutes; a page takes milliseconds. */
const LIMIT_MS = 500;

/**
 * What a person would read of a page: text with line breaks, headings, list items and links as Markdown has them, the
 * title first. Throws for a page that is made to be slow.
 */
export function htmlText(html: string, baseUrl: string): string {
  try {
    return withinMs(LIMIT_MS, () => readHtml(html, baseUrl));
  } catch (cause) {
    if (!(cause instanceof OvertimeError)) throw cause;
    throw new Error('The page cannot be read: its HTML is too broken.', { cause });
  }
}

function readHtml(html: string, baseUrl: string): string {
  const parts: string[] = [];
  const links: (string | null)[] = [];
  let skipped = 0;
  const parser = new Parser({
    onopentag(name, { href, alt }) {
      if (SKIPPED.has(name)) skipped += 1;
      if (skipped > 0) return;
      if (BLOCKS.has(name)) parts.push('\n', prefixOf(name));
      if (name === 'td' || name === 'th') parts.push(' ');
      if (name === 'img' && alt !== undefined) parts.push(alt);
      if (name !== 'a') return;
      const url = webUrl(href, baseUrl);
      links.push(url);
      if (url !== null) parts.push('[');
    },
    ontext(text) {
      if (skipped === 0) parts.push(text.replaceAll(/\s+/g, ' '));
    },
    onclosetag(name) {
      if (SKIPPED.has(name)) skipped -= 1;
      if (skipped > 0) return;
      if (BLOCKS.has(name)) parts.push('\n');
      const url = name === 'a' ? (links.pop() ?? null) : null;
      if (url !== null) parts.push(`](${url})`);
    },
  });
  parser.end(html);
  return tidy(parts.join(''));
}

function prefixOf(name: string): string {
  if (/^h[1-6]$/.test(name)) return `${'#'.repeat(Number(name[1]))} `;
  return name === 'li' ? '- ' : '';
}

function webUrl(href: string | undefined, baseUrl: string): string | null {
  if (href === undefined || href.startsWith('#') || !URL.canParse(href, baseUrl)) return null;
  const url = new URL(href, baseUrl);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : null;
}

function tidy(text: string): string {
  const lines = text.split('\n').map((line) => line.replaceAll(/ {2,}/g, ' ').trim());
  return lines.filter((line) => line !== '' && line !== '-' && !/^#+$/.test(line)).join('\n');
}
