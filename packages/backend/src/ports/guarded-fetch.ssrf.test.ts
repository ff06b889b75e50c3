import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ResolveHost } from './guarded-connector.ts';
import {
  guardBefore,
  LOOPBACK,
  PUBLIC,
  resolveForTest,
  startCanary,
  startLocalServer,
  startTestSite,
  type TestSite,
} from './guarded-fetch-testing.ts';
import { createGuardedFetch } from './guarded-fetch.ts';

let canary: Awaited<ReturnType<typeof startCanary>>;
let site: TestSite;
beforeAll(async () => {
  canary = await startCanary();
  site = await startTestSite();
});
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  await canary[Symbol.asyncDispose]();
});

/** Every URL here leads inside; `:port` is where the canary listens on 127.0.0.1. */
const CORPUS = (
  `
  127.0.0.1 127.1 127.0.1 2130706433 0x7f000001 0x7f.0.0.1 0177.0.0.1 017700000001 0x7f.1 127.255.0.9 0 0.0.0.0
  ①②⑦.⓪.⓪.① 127。0。0。1 127.0.0.1. localhost LOCALHOST localhost. sub.localhost %6cocalhost
  [::1] [::] [0:0:0:0:0:0:0:1] [::127.0.0.1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::ffff:169.254.169.254]
  inside.example both.example mapped.example metadata.example ula.example
  10.0.0.1 172.16.0.1 192.168.0.1 169.254.169.254 100.64.0.1 192.0.2.1 198.18.0.1 224.0.0.1 255.255.255.255 168.63.129.16
  [fd00:ec2::254] [fc00::1] [fe80::1] [ff02::1] [64:ff9b::7f00:1] [2002:7f00:1::] [2001:0:7f00:1::] [2001:db8::1]
`.match(/\S+/g) ?? []
).map((host) => `https://${host}:port/`);
const NEVER_FETCHED = [
  'not a url',
  '',
  ...(`
  file:///etc/passwd data:text/plain,hi blob:https://a.example/1 ftp://a.example/ gopher://127.0.0.1:port/
  javascript:alert(1) about:blank ws://127.0.0.1:port/ jar:https://a.example!/ //a.example
  https://user@site.example/ https://:secret@site.example/ https://site.example@127.0.0.1:port/
  http://site.example/ http://127.0.0.1:port/ http://[::1]:port/ http://localhost:port/
  https://site.example:22/ https://site.example:25/ https://site.example:6667/
`.match(/\S+/g) ?? []),
];
const withPort = (url: string): string => url.replaceAll(':port/', `:${canary.port}/`);

describe('the canary', () => {
  it('hears a request that is let through to it', async () => {
    await using own = await startCanary();
    await using guarded = createGuardedFetch({ allow: [`127.0.0.1:${own.port}`] });
    await expect(guarded.fetch(`https://127.0.0.1:${own.port}/`)).rejects.toMatchObject({
      reason: 'unreachable',
    });
    expect(own.connections).toBeGreaterThan(0);
  });
});

describe('a request for a stranger', () => {
  it.each([...CORPUS, ...NEVER_FETCHED])('sends no packet for %s', async (url) => {
    await using guarded = guardBefore(site, { dial: undefined });
    await expect(guarded.fetch(withPort(url))).rejects.toMatchObject({
      name: 'GuardedFetchError',
      reason: 'refused',
    });
    expect(canary.connections).toBe(0);
  });

  it.each(CORPUS)('does not follow a public redirect to %s', async (url) => {
    await using guarded = guardBefore(site);
    const hops = `https://a.example/?to=${encodeURIComponent(`https://b.example/?to=${encodeURIComponent(withPort(url))}`)}`;
    await expect(guarded.fetch(hops)).rejects.toMatchObject({ reason: 'refused' });
    expect(guarded.dialled).toEqual(['93.184.215.14', '93.184.215.14']);
    expect(canary.connections).toBe(0);
  });

  it('goes to the address that was checked, however the name is answered the next time', async () => {
    let asked = 0;
    const rebinding: ResolveHost = () => Promise.resolve(asked++ === 0 ? PUBLIC : LOOPBACK);
    await using guarded = guardBefore(site, { resolve: rebinding });
    const url = `https://rebinding.example:${canary.port}/`;
    expect(await (await guarded.fetch(url)).text()).toBe('hello');
    expect(guarded.dialled).toEqual(['93.184.215.14']);
    expect(asked).toBe(1);
    await using later = guardBefore(site, { resolve: rebinding });
    await expect(later.fetch(url)).rejects.toMatchObject({ reason: 'refused' });
    expect(later.dialled).toEqual([]);
    expect(canary.connections).toBe(0);
  });

  it('connects to no other address than the one it checked, with the real connector', async () => {
    await using server = await startLocalServer((req, res) => res.end(req.headers.host));
    let asked = 0;
    const rebinding: ResolveHost = () => Promise.resolve(asked++ === 0 ? LOOPBACK : []);
    await using guarded = createGuardedFetch({ allow: ['127.0.0.1'], resolve: rebinding });
    const response = await guarded.fetch(`http://some.example:${server.port}/`);
    expect(await response.text()).toBe(`some.example:${server.port}`);
    expect(asked).toBe(1);
  });

  it('says when a name leads nowhere', async () => {
    await using guarded = guardBefore(site);
    await expect(guarded.fetch('https://nowhere.example/')).rejects.toMatchObject({
      reason: 'unreachable',
      message: 'nowhere.example was not found.',
    });
  });
});

describe('the allow list', () => {
  it.each(['127.0.0.1', '127.0.0.0/8', '127.0.0.1:$PORT', 'inside.example', 'inside.example:$PORT'])(
    'lets %s through, over plain http too',
    async (entry) => {
      await using server = await startLocalServer((_req, res) => res.end('inside'));
      const allow = [entry.replace('$PORT', String(server.port))];
      await using guarded = createGuardedFetch({ allow, resolve: resolveForTest });
      const host = entry.startsWith('inside') ? 'inside.example' : '127.0.0.1';
      const response = await guarded.fetch(`http://${host}:${server.port}/`);
      expect(await response.text()).toBe('inside');
    },
  );

  it('opens nothing else: another port, another name for the same place, one bad address among good ones', async () => {
    await using guarded = createGuardedFetch({
      allow: ['inside.example:1234', '93.184.215.14'],
      resolve: resolveForTest,
    });
    for (const host of ['inside.example', 'localhost', '127.0.0.1', 'both.example']) {
      await expect(guarded.fetch(`https://${host}:${canary.port}/`)).rejects.toMatchObject({
        reason: 'refused',
      });
    }
    expect(canary.connections).toBe(0);
  });
});
