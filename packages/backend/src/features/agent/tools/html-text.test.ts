import { describe, expect, it } from 'vitest';
import { htmlText } from './html-text.ts';

describe('the text of a page', () => {
  it('is what a person reads: title, headings, items, links, entities; nothing that is hidden or runs', () => {
    const html = `<!doctype html><html><head><title>A &amp; B</title><style>p{}</style><script>steal()</script></head>
      <body><h1>Hello,\n  <b>world</b></h1><p>One<br>two &lt;tag&gt; caf&eacute;</p><ul><li>first<li><a href="/x?a=1&amp;b=2">second</a></ul>
      <noscript>no</noscript><!-- secret --><svg><text>pic</text></svg><template>t</template><img alt="a cat" src="c.png">
      <table><tr><td>1</td><td>2</td></tr></table><a href="javascript:x()">bad</a> <a href="#top">up</a></body>`;
    expect(htmlText(html, 'https://a.example/dir/')).toBe(
      [
        'A & B',
        '# Hello, world',
        'One',
        'two <tag> café',
        '- first',
        '- [second](https://a.example/x?a=1&b=2)',
        'a cat',
        '1 2',
        'bad up',
      ].join('\n'),
    );
  });

  it.each(['', '<', '<a', '<a href="', '</p>', '<script>', '<li><li>', '<a href=x>', '<!--', '\0'])(
    'of a broken page does not fail: %j',
    (html) => expect(() => htmlText(html, 'https://a.example/')).not.toThrow(),
  );

  it('of a page that would take the parser minutes is refused in a moment', () => {
    const html = '<table><tr>'.repeat(90_000) + '</td>'.repeat(100_000);
    const startedAt = performance.now();
    expect(() => htmlText(html, 'https://a.example/')).toThrow(/too broken/);
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });
});
