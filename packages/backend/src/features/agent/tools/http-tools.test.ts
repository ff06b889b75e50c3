import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalServer, startLocalServer } from '../../../ports/guarded-fetch-testing.ts';
import { createTestBackend, type TestBackend } from '../../../testing/test-backend.ts';
import { createTestCaller, type TestCaller } from '../../../testing/test-caller.ts';
import { builtInTools } from '../built-in-tools.ts';
import type { Tool, ToolContext } from '../tool.ts';
import { askUser } from './ask-user.ts';
import { httpFetch } from './http-fetch.ts';
import { httpSend } from './http-send.ts';
import { callTool } from './tool-testing.ts';

interface Seen {
  method: string;
  headers: NodeJS.Dict<string | string[]>;
  body: string;
}

let server: LocalServer;
let test: TestBackend;
let user: TestCaller;
const seen: Seen[] = [];
beforeAll(async () => {
  server = await startLocalServer((req, res) => {
    void (async () => {
      const parts: Buffer[] = [];
      for await (const part of req) parts.push(Buffer.from(part));
      const { method = '', headers } = req;
      seen.push({ method, headers, body: Buffer.concat(parts).toString() });
      const reply = (type: string, body: string | Buffer, more: Record<string, string> = {}): void =>
        void res.writeHead(200, { 'content-type': type, ...more }).end(body);
      switch (new URL(req.url ?? '', server.url).pathname) {
        case '/page':
          return reply('text/html; charset=utf-8', '<title>T</title><p>Hi <a href="/next">there</a></p>');
        case '/korean':
          return reply('text/plain; charset=euc-kr', Buffer.from('bec8b3e7', 'hex'));
        case '/odd-charset':
          return reply('text/plain; charset=no-such', 'plain');
        case '/json':
          return reply('application/problem+json', '{"a":"b"}');
        case '/png':
          return reply('image/png', Buffer.from([0x89, 0x50, 0]));
        case '/large':
          return reply('text/plain', '"'.repeat(400_000));
        case '/huge':
          return reply('text/plain', gzipSync(Buffer.alloc(5_000_000, 'a')), { 'content-encoding': 'gzip' });
        case '/untyped':
          return void res.writeHead(200).end('words');
        case '/moved':
          return void res.writeHead(302, { location: '/page' }).end();
        case '/away':
          return void res.writeHead(307, { location: 'https://elsewhere.example/' }).end();
        case '/silent':
          return;
        default:
          return void res.writeHead(404, { 'content-type': 'text/plain' }).end('nothing here');
      }
    })();
  });
  test = await createTestBackend({
    isStarted: false,
    config: { toolHttpAllow: [`127.0.0.1:${server.port}`] },
  });
  user = await createTestCaller(test.backend);
});
afterAll(async () => {
  await test[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const call = async (
  tool: Tool,
  args: { url: string; [key: string]: unknown },
  over: Partial<ToolContext> = {},
): Promise<unknown> => {
  seen.length = 0;
  const url = args.url.startsWith('/') ? server.url + args.url : args.url;
  return (await callTool(user, tool, { args: { ...args, url }, ...over })).result;
};

describe('http_fetch', () => {
  it('reads a page as text with absolute links, after redirects', async () => {
    expect(await call(httpFetch, { url: '/moved' })).toEqual({
      status: 200,
      url: `${server.url}/page`,
      contentType: 'text/html; charset=utf-8',
      text: `T\nHi [there](${server.url}/next)`,
      truncated: false,
    });
    expect(seen.map(({ method }) => method)).toEqual(['GET', 'GET']);
  });

  it.each([
    ['/korean', '안녕'],
    ['/odd-charset', 'plain'],
    ['/json', '{"a":"b"}'],
    ['/untyped', 'words'],
    ['/png', null],
    ['/missing', 'nothing here'],
  ])('tells the text of %s, and none where there is none', async (url, text) => {
    expect(await call(httpFetch, { url })).toMatchObject({ text, truncated: false });
  });

  it.each(['/large', '/huge'])(
    'cuts what is too long (%s) and says so, within what a result may have',
    async (url) => {
      const result = await call(httpFetch, { url });
      expect(result).toMatchObject({ status: 200, truncated: true });
      const { length } = JSON.stringify(result);
      expect(length).toBeGreaterThan(55_000);
      expect(length).toBeLessThan(64_000);
    },
  );

  it('asks for the head alone when told to', async () => {
    expect(await call(httpFetch, { url: '/page', method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
    expect(seen).toMatchObject([{ method: 'HEAD' }]);
  });

  it.each([
    ['https://127.0.0.1:8123/', /not on the public internet/],
    ['http://localhost:8123/', /not on the public internet/],
    ['https://[::ffff:169.254.169.254]/latest/meta-data', /not on the public internet/],
    ['file:///etc/passwd', /do not fit/],
    ['http://user:secret@127.0.0.1/', /password/],
  ])('refuses %s and tells the model why', async (url, why) => {
    await expect(call(httpFetch, { url })).rejects.toThrow(why);
  });

  it('ends with its call', async () => {
    const aborted = new AbortController();
    const asked = call(httpFetch, { url: '/silent' }, { signal: aborted.signal });
    await expect.poll(() => seen.length).toBe(1);
    aborted.abort(new Error('stopped'));
    await expect(asked).rejects.toThrow('stopped');
  });
});

describe('http_send', () => {
  it('sends JSON or text once, under the call’s key', async () => {
    const args = { url: '/hook', json: { a: [1, null] }, headers: { 'X-Custom': 'v' } };
    expect(await call(httpSend, args)).toMatchObject({ status: 404, text: 'nothing here' });
    expect(seen).toMatchObject([
      {
        method: 'POST',
        body: '{"a":[1,null]}',
        headers: { 'content-type': 'application/json', 'x-custom': 'v', 'idempotency-key': 'aura:run:call' },
      },
    ]);
    await call(httpSend, { url: '/hook', method: 'PUT', text: 'words' });
    expect(seen).toMatchObject([{ method: 'PUT', body: 'words' }]);
    await call(httpSend, { url: '/hook', method: 'DELETE' });
    expect(seen).toMatchObject([{ method: 'DELETE', body: '' }]);
  });

  it.each([
    'Authorization',
    'cookie',
    'HOST',
    'Idempotency-Key',
    'Transfer-Encoding',
    'content-length',
    'X-Forwarded-For',
    'Sec-Fetch-Site',
    'proxy-authorization',
    'a b',
    'x\r\ny',
  ])('takes no header %j from the model', async (name) => {
    await expect(call(httpSend, { url: '/hook', headers: { [name]: 'v' } })).rejects.toThrow(/do not fit/);
    expect(seen).toEqual([]);
  });

  it.each([
    { headers: { a: 'v\r\nHost: b' } },
    { method: 'GET' },
    { method: 'CONNECT' },
    { json: 1, text: 'a' },
    { json: 'a'.repeat(64_001) },
  ])('takes no such request: %j', async (args) => {
    await expect(call(httpSend, { url: '/hook', ...args })).rejects.toThrow(/do not fit/);
    expect(seen).toEqual([]);
  });

  it('never sends the body on to another origin', async () => {
    await expect(call(httpSend, { url: '/away', json: {} })).rejects.toThrow(/another origin/);
  });
});

it('ask_user is a question with up to ten options', async () => {
  expect(askUser.ask?.(askUser.parse({ question: ' Which? ', options: ['a', 'b'] }))).toEqual({
    text: 'Which?',
    options: ['a', 'b'],
  });
  expect(askUser.ask?.(askUser.parse({ question: 'Why?' }))).toEqual({ text: 'Why?', options: [] });
  for (const args of [{}, { question: '' }, { question: 'q', options: Array(11).fill('a') }]) {
    expect(() => askUser.parse(args)).toThrow(/do not fit/);
  }
  await expect(callTool(user, askUser, { args: { question: 'Which?' } })).rejects.toThrow();
});

it('what goes outside says so, and taints the run', () => {
  const traits = builtInTools.map(({ name, risk, repeat, taints }) => ({ name, risk, repeat, taints }));
  expect(traits).toContainEqual({ name: 'http_fetch', risk: 'external', repeat: 'pure', taints: true });
  expect(traits).toContainEqual({ name: 'http_send', risk: 'external', repeat: 'once', taints: true });
});
