import { connect } from 'node:net';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestServer, type TestServer } from '../../testing/test-server.ts';
import { publicProcedure, router } from '../../trpc/trpc.ts';

const ORIGIN = 'https://app.example.org';
const URL_PATH = '/trpc?connectionParams=1';
const testRouter = router({ hello: publicProcedure.query(() => 'hello') });

interface Attempt {
  method?: string;
  target?: string;
  host?: string | null;
  headers?: Record<string, string>;
  version?: string;
  /** Sent right behind the headers. */
  body?: string | Buffer;
}

function requestBytes(attempt: Attempt, port: number): Buffer {
  const {
    method = 'GET',
    target = URL_PATH,
    host = `127.0.0.1:${port}`,
    version = '1.1',
    headers = {},
    body = '',
  } = attempt;
  const all: Record<string, string> = {
    ...(host !== null && { Host: host }),
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version': '13',
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([
    Buffer.from(`${method} ${target} HTTP/${version}\r\n${lines.join('')}\r\n`),
    Buffer.from(body),
  ]);
}

/** The status line that raw bytes are answered with; '' when the connection is just closed. */
async function statusOf(port: number, bytes: Buffer): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(bytes);
  let answer = '';
  const deadline = setTimeout(() => socket.destroy(new Error('no answer')), 5_000);
  for await (const chunk of socket) {
    answer += String(chunk);
    if (answer.includes('\r\n')) break;
  }
  clearTimeout(deadline);
  socket.destroy();
  return answer.split('\r\n', 1)[0] ?? '';
}

describe('the upgrade guard', () => {
  let server: TestServer;
  const crashes: unknown[] = [];
  const onCrash = (err: unknown): void => void crashes.push(err);

  beforeAll(async () => {
    process.on('uncaughtExceptionMonitor', onCrash);
    server = await createTestServer({
      router: testRouter,
      config: { allowedOrigins: [ORIGIN], allowedHosts: ['aura.example.org'] },
      limits: { sockets: { maxSockets: 3, maxSocketsPerAddress: 2, closeMs: 200 } },
    });
  });
  afterAll(async () => {
    process.off('uncaughtExceptionMonitor', onCrash);
    await server[Symbol.asyncDispose]();
  });

  const hostile: [string, Attempt, RegExp][] = [
    ['an empty authority', { target: '//' }, /400/],
    ['slashes and a question mark', { target: '///?' }, /400/],
    ['a broken absolute target', { target: 'http://%zz/' }, /400/],
    ['an absolute target', { target: `http://127.0.0.1${URL_PATH}` }, /404/],
    ['a target with a scheme of its own', { target: 'javascript:alert(1)' }, /400/],
    ['an authority in the target', { target: '//evil.example/trpc?connectionParams=1' }, /400/],
    ['a port that is none', { target: '//a:99999999/' }, /400/],
    ['an asterisk', { target: '*' }, /40[04]/],
    ['a broken escape', { target: '/%' }, /404/],
    ['an open bracket as host', { host: '[bad' }, /400/],
    ['a space in the host', { host: 'a b' }, /400/],
    ['an empty host', { host: '' }, /400/],
    ['no host', { host: null }, /400/],
    ['a host with a path', { host: 'localhost/x' }, /400/],
    ['a host with credentials', { host: 'user:pass@localhost' }, /400/],
    ['a host with a port out of range', { host: 'localhost:99999' }, /400/],
    ['an IPv6 host that is none', { host: '[::zz]' }, /400/],
    ['a host of letters that are none', { host: 'loc\u00e4lhost' }, /400/],
    ['a host that is not allowed', { host: 'rebound.example' }, /403/],
    ['the root', { target: '/' }, /404/],
    ['another path', { target: '/ws' }, /404/],
    ['no announcement of parameters', { target: '/trpc' }, /404/],
    ['a token in the URL', { target: '/trpc?connectionParams=1&token=x' }, /404/],
    ['a path that only begins alike', { target: '/trpcx?connectionParams=1' }, /404/],
    ['a foreign origin', { headers: { Origin: 'https://evil.example' } }, /403/],
    ['an opaque origin', { headers: { Origin: 'null' } }, /403/],
    ['an empty origin', { headers: { Origin: '' } }, /403/],
    ['an origin that is no URL', { headers: { Origin: 'http://[' } }, /403/],
    ['an origin that begins like ours', { headers: { Origin: `${ORIGIN}.evil.example` } }, /403/],
    ['an origin that ends like ours', { headers: { Origin: 'https://evil-app.example.org' } }, /403/],
    ['an origin above ours', { headers: { Origin: 'https://example.org' } }, /403/],
    ['an origin below ours', { headers: { Origin: 'https://x.app.example.org' } }, /403/],
    ['our origin without TLS', { headers: { Origin: 'http://app.example.org' } }, /403/],
    ['our origin at another port', { headers: { Origin: `${ORIGIN}:8443` } }, /403/],
    ['our origin with a path', { headers: { Origin: `${ORIGIN}/` } }, /403/],
    ['our origin in capitals', { headers: { Origin: ORIGIN.toUpperCase() } }, /403/],
    ['our origin with a dot at its end', { headers: { Origin: `${ORIGIN}.` } }, /403/],
    ['our origin as a user name', { headers: { Origin: 'https://app.example.org@evil.example' } }, /403/],
    ['two origins, one of them ours', { headers: { Origin: `${ORIGIN}, https://evil.example` } }, /403/],
    ['an origin with a space before ours', { headers: { Origin: `https://evil.example ${ORIGIN}` } }, /403/],
    ['another port of this host', { headers: { Origin: 'http://127.0.0.1:1' } }, /403/],
    ['a foreign origin with a cookie', { headers: { Origin: 'https://evil.example', Cookie: 'a=b' } }, /403/],
    ['an extension of a browser', { headers: { Origin: 'chrome-extension://abcdef' } }, /403/],
    ['a file', { headers: { Origin: 'file://' } }, /403/],
    ['another method', { method: 'POST' }, /405/],
    ['no key', { headers: { 'Sec-WebSocket-Key': '' } }, /400/],
    ['a key that is none', { headers: { 'Sec-WebSocket-Key': 'x' } }, /400/],
    ['an unknown version', { headers: { 'Sec-WebSocket-Version': '99' } }, /400|426/],
    ['a broken subprotocol', { headers: { 'Sec-WebSocket-Protocol': ',,,' } }, /400/],
    ['two protocols to upgrade to', { headers: { Upgrade: 'websocket, h2c' } }, /404/],
    ['HTTP/0.9', { version: '0.9' }, /400/],
    ['HTTP/1.0', { version: '1.0' }, /400/],
    ['headers past the limit', { headers: { 'X-Big': 'x'.repeat(20_000) } }, /431/],
    ['an upgrade to something else', { target: '/livez', headers: { Upgrade: 'h2c' } }, /200/],
  ];

  test.each(hostile)('refuses %s', async (_title, attempt, expected) => {
    expect(await statusOf(server.server.port, requestBytes(attempt, server.server.port))).toMatch(expected);
  });

  test('survives bytes that are no HTTP, and connections reset in mid-upgrade', async () => {
    const { port } = server.server;
    expect(await statusOf(port, Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]))).toMatch(/400|^$/);
    expect(await statusOf(port, Buffer.from('\r\n'.repeat(1_000) + 'x\0y\r\n\r\n'))).toMatch(/400|^$/);
    for (let round = 0; round < 20; round++) {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      await once(socket, 'connect');
      socket.write(requestBytes(round % 2 === 0 ? {} : { target: '//' }, port));
      socket.resetAndDestroy();
    }
  });

  const open = async (headers: Record<string, string> = {}): Promise<WebSocket> => {
    const ws = new WebSocket(`${server.socketUrl}?connectionParams=1`, { headers });
    await once(ws, 'open');
    return ws;
  };
  const closed = async (ws: WebSocket): Promise<void> => {
    const closing = once(ws, 'close');
    ws.close();
    await closing;
  };

  test('lets in a program without an origin, a page of this host, of an allowed origin, and an allowed host', async () => {
    await expect.poll(() => server.server.socketCount).toBe(0);
    const { port } = server.server;
    for (const headers of [
      {},
      { origin: `http://127.0.0.1:${port}` },
      { origin: `https://127.0.0.1:${port}` },
      { origin: ORIGIN },
      { host: 'aura.example.org' },
      { host: 'AURA.example.org:443', origin: 'https://aura.example.org:443' },
    ] as Record<string, string>[]) {
      if (headers['origin']?.endsWith(':443') === true) headers['origin'] = ORIGIN;
      await closed(await open(headers));
      await expect.poll(() => server.server.socketCount).toBe(0);
    }
  });

  test('refuses more sockets than an address may have, and takes the next when one has gone', async () => {
    const first = await open();
    const second = await open();
    const { port } = server.server;
    expect(await statusOf(port, requestBytes({}, port))).toMatch(/429/);
    await closed(first);
    await expect.poll(() => server.server.socketCount).toBe(1);
    const third = await open();
    await Promise.all([closed(second), closed(third)]);
  });

  test('has not crashed, and serves a good client still', async () => {
    expect(crashes).toEqual([]);
    expect((await fetch(`${server.server.url}/trpc/hello`)).status).toBe(200);
    await expect.poll(() => server.server.socketCount).toBe(0);
    await closed(await open());
  });
});

test('refuses more sockets than the process may have, and everybody while it stops', async () => {
  await using server = await createTestServer({
    router: testRouter,
    limits: { sockets: { maxSockets: 1, closeMs: 200 } },
  });
  const { port } = server.server;
  const ws = new WebSocket(`${server.socketUrl}?connectionParams=1`);
  await once(ws, 'open');
  expect(await statusOf(port, requestBytes({}, port))).toMatch(/503/);
  const closing = once(ws, 'close');
  const draining = server.server.drain({ handoverMs: 400 });
  expect(await statusOf(port, requestBytes({}, port))).toMatch(/503/);
  expect((await fetch(`${server.server.url}/readyz`)).status).toBe(503);
  expect((await closing)[0]).toBe(1012);
  await draining;
});
