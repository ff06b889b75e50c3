import { describe, expect, it } from 'vitest';
import { parseAllowList } from './fetch-allow-list.ts';

describe('the allow list', () => {
  it('takes hosts, with or without a port, as a URL writes them', () => {
    const list = parseAllowList([
      'Wiki.Internal',
      'ci.internal:8080',
      '[::1]:9000',
      '127.0.0.1:3000',
      'bücher.example',
    ]);
    expect(list.hasHost('wiki.internal', 443)).toBe(true);
    expect(list.hasHost('WIKI.internal.', 81)).toBe(true);
    expect(list.hasHost('ci.internal', 8080)).toBe(true);
    expect(list.hasHost('ci.internal', 443)).toBe(false);
    expect(list.hasHost('::1', 9000)).toBe(true);
    expect(list.hasHost('::1', 9001)).toBe(false);
    expect(list.hasHost('127.0.0.1', 3000)).toBe(true);
    expect(list.hasAddress('127.0.0.1')).toBe(false);
    expect(list.hasHost('xn--bcher-kva.example', 443)).toBe(true);
    expect(list.hasHost('evil-wiki.internal', 443)).toBe(false);
    expect(list.hasHost('sub.wiki.internal', 443)).toBe(false);
  });

  it('takes addresses and ranges of both families, and never one family for the other', () => {
    const list = parseAllowList(['10.1.0.0/16', 'fd00::/8', '192.168.7.7', '::1']);
    expect(['10.1.255.1', 'fd12::1', '192.168.7.7', '::1'].every((address) => list.hasAddress(address))).toBe(
      true,
    );
    const others = ['10.2.0.1', 'fc00::1', '192.168.7.8', '::2', '::ffff:10.1.0.1', 'localhost', ''];
    expect(others.some((address) => list.hasAddress(address))).toBe(false);
  });

  it.each([
    '',
    'a b',
    'http://a',
    'a/b',
    '10.0.0.0/33',
    '10.0.0/8',
    '::/129',
    'a:0',
    'a:70000',
    'u@a',
    '*',
    '[::1',
  ])('says which entry is none: %j', (entry) => {
    expect(() => parseAllowList(['10.0.0.0/8', entry])).toThrow(JSON.stringify(entry));
  });
});
