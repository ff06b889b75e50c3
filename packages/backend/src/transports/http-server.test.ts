import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createTestCaller, type TestCaller } from '../testing/test-caller.ts';
import { createTestServer, type TestServer } from '../testing/test-server.ts';
import { memberProcedure, publicProcedure, router, userProcedure } from '../trpc/trpc.ts';

const ORIGIN = 'https://app.example.org';

const testRouter = router({
  hello: publicProcedure
    .input(z.json().optional())
    .query(({ ctx }) => ({ userId: ctx.caller?.userId ?? null })),
  mine: userProcedure.query(({ ctx }) => ({ userId: ctx.caller.userId })),
  write: memberProcedure.input(z.json()).mutation(({ input }) => ({ length: JSON.stringify(input).length })),
  boom: publicProcedure.query(() => {
    throw Object.assign(new Error('inner secret'), { params: ['canary-parameter'] });
  }),
  feed: userProcedure.subscription(async function* () {
    yield await Promise.resolve(1);
  }),
});

describe('the HTTP server', () => {
  const lines: string[] = [];
  let webRoot: string;
  let test1: TestServer;
  let ada: TestCaller;
  let token: string;

  beforeAll(async () => {
    webRoot = await mkdtemp(join(tmpdir(), 'aura-web-'));
    await mkdir(join(webRoot, 'assets'));
    await writeFile(join(webRoot, 'index.html'), '<!doctype html><title>Aura</title>');
    await writeFile(join(webRoot, 'assets', 'index-abc123.js'), 'export {};');
    const sink = new Writable({
      write(chunk, _encoding, done) {
        lines.push(String(chunk));
        done();
      },
    });
    test1 = await createTestServer({
      router: testRouter,
      webRoot,
      config: { allowedOrigins: [ORIGIN], version: '1.2.3' },
      overrides: { log: pino({ level: 'trace' }, sink) },
      limits: { http: { headersTimeoutMs: 300 } },
    });
    ada = await createTestCaller(test1.node.backend);
    token = await test1.tokenOf(ada.ctx.caller);
  });
  afterAll(async () => {
    await test1[Symbol.asyncDispose]();
    await rm(webRoot, { recursive: true });
  });

  const get = async (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    await fetch(`${test1.server.url}${path}`, { headers, redirect: 'manual' });
  const post = async (path: string, body: string, headers: Record<string, string> = {}): Promise<Response> =>
    await fetch(`${test1.server.url}${path}`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
    });
  const auraOf = async (response: Response): Promise<unknown> => {
    const body: unknown = await response.json();
    return z.object({ error: z.object({ data: z.object({ aura: z.json() }) }) }).parse(body).error.data.aura;
  };

  test('answers 401 with WWW-Authenticate to a protected call without a token or with a bad one', async () => {
    for (const headers of [{}, { authorization: 'Bearer x.y.z' }, { authorization: 'Basic YTpi' }] as Record<
      string,
      string
    >[]) {
      const response = await get('/trpc/mine', headers);
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
      expect(await auraOf(response)).toMatchObject({ code: 'UNAUTHORIZED' });
    }
  });

  test('ignores a bad token where none is needed', async () => {
    const response = await get('/trpc/hello', { authorization: 'Bearer x.y.z' });
    expect(await response.json()).toEqual({ result: { data: { userId: null } } });
  });

  test('serves the caller of a good token, and refuses one that names another tenant', async () => {
    const authorization = `Bearer ${token}`;
    const { userId, tenantId } = ada.ctx.caller;
    const served = await get('/trpc/mine', { authorization, 'x-tenant-id': tenantId });
    expect(await served.json()).toEqual({ result: { data: { userId } } });
    const refused = await get('/trpc/mine', { authorization, 'x-tenant-id': 'another' });
    expect(refused.status).toBe(403);
    expect(await auraOf(refused)).toMatchObject({ code: 'FORBIDDEN' });
  });

  test('echoes a sane request id in the header and in errors, and replaces any other', async () => {
    const echoed = await get('/trpc/mine', { 'x-request-id': 'trace-1' });
    expect(echoed.headers.get('x-request-id')).toBe('trace-1');
    expect(await auraOf(echoed)).toMatchObject({ requestId: 'trace-1' });
    for (const bad of ['a b', 'x'.repeat(129), 'é']) {
      expect((await get('/livez', { 'x-request-id': bad })).headers.get('x-request-id')).toMatch(
        /^[0-9a-f-]{36}$/,
      );
    }
  });

  test('refuses a batch of eleven, a body over a megabyte and nesting past the limit, and takes what is just below', async () => {
    const batch = (count: number): string =>
      `/trpc/${Array.from({ length: count }, () => 'hello').join(',')}?batch=1`;
    expect((await get(batch(10))).status).toBe(200);
    expect((await get(batch(11))).status).toBe(400);

    const large = await post('/trpc/write', JSON.stringify('x'.repeat(1_048_576)));
    expect(large.status).toBe(413);
    expect(await auraOf(large)).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
    expect((await post('/trpc/write', JSON.stringify('x'.repeat(1_000_000)))).status).toBe(200);

    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect((await post('/trpc/write', nested(20))).status).toBe(200);
    for (const depth of [22, 1_000, 500_000]) {
      const deep = await post('/trpc/write', nested(depth));
      expect(deep.status).toBe(400);
      expect(await auraOf(deep)).toMatchObject({ code: 'BAD_INPUT' });
    }
    expect((await get(`/trpc/hello?input=${encodeURIComponent(nested(1_000))}`)).status).toBe(400);
  });

  test('takes mutations by POST with a JSON body only', async () => {
    expect((await get('/trpc/write?input=1', { authorization: `Bearer ${token}` })).status).toBe(405);
    expect(
      (await post('/trpc/write', 'a=1', { 'content-type': 'application/x-www-form-urlencoded' })).status,
    ).toBe(415);
    expect((await post('/trpc/write', '1', { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await post('/trpc/write', '{"a":')).status).toBe(400);
  });

  test('sends subscriptions to the WebSocket', async () => {
    const response = await get('/trpc/feed', {
      authorization: `Bearer ${token}`,
      accept: 'text/event-stream',
    });
    expect(await response.text()).toContain('WebSocket');
  });

  test('tells nothing of the inside when a procedure breaks', async () => {
    const response = await get('/trpc/boom');
    expect(response.status).toBe(500);
    const body = await response.text();
    expect(body).not.toMatch(/inner secret|stack|\.ts/);
    expect(lines.join('')).toContain('inner secret');
    expect(lines.join('')).not.toContain('canary-parameter');
  });

  test('writes no token, password, cookie or input to the log', async () => {
    await post('/trpc/write', '{"password":"canary-password"}', { cookie: 'sid=canary-cookie' });
    await get('/trpc/hello?input=%22canary-input%22', { authorization: 'Bearer canary-token' });
    await expect.poll(() => lines.filter((line) => line.includes('/trpc/hello')).length).toBeGreaterThan(0);
    expect(lines.join('')).not.toMatch(/canary-(?:password|cookie|input|token)/);
    expect(lines.join('')).not.toContain(token);
  });

  test('lets pages of allowed origins call, and no others', async () => {
    expect((await get('/trpc/hello', { origin: ORIGIN })).headers.get('access-control-allow-origin')).toBe(
      ORIGIN,
    );
    expect(
      (await get('/trpc/hello', { origin: 'https://evil.example' })).headers.get(
        'access-control-allow-origin',
      ),
    ).toBeNull();
  });

  test('says it is alive and ready', async () => {
    expect(await (await get('/livez')).json()).toEqual({ status: 'ok' });
    const ready = await get('/readyz');
    expect(ready.status).toBe(200);
    expect(await ready.json()).toEqual({ status: 'ready', checks: { database: 'ok', bus: 'ok' } });
  });

  test('greets programs in JSON and sends browsers to the web app', async () => {
    expect(await (await get('/')).json()).toEqual({
      message: 'Welcome to Aura!',
      version: '1.2.3',
      status: 'operational',
    });
    const browser = await get('/', { accept: 'text/html,*/*' });
    expect([browser.status, browser.headers.get('location')]).toEqual([302, '/app/']);
  });

  test('serves the web app: its page for every address of its own, hashed files for ever, under a strict policy', async () => {
    for (const path of ['/app/', '/app/conversations/1']) {
      const page = await get(path, { accept: 'text/html' });
      expect(page.status).toBe(200);
      expect(await page.text()).toContain('<title>Aura');
      expect(page.headers.get('cache-control')).toBe('no-cache');
      expect(page.headers.get('content-security-policy')).toBe(
        `default-src 'self';style-src 'self' 'unsafe-inline';img-src 'self' data:;connect-src 'self' ws://127.0.0.1:${test1.server.port} wss://127.0.0.1:${test1.server.port};object-src 'none';frame-ancestors 'none';base-uri 'none';form-action 'self'`,
      );
    }
    const asset = await get('/app/assets/index-abc123.js');
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect((await get('/app/assets/index-old.js', { accept: 'text/html' })).status).toBe(404);
    expect((await get('/app/data.json')).status).toBe(404);
    expect((await get('/app/..%2f..%2fetc/passwd')).status).toBeGreaterThanOrEqual(400);
  });

  test('answers unknown addresses with a problem', async () => {
    const response = await get('/nowhere', { 'x-request-id': 'trace-2' });
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await response.json()).toEqual({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      detail: 'There is nothing at this address.',
      code: 'NOT_FOUND',
      requestId: 'trace-2',
    });
  });

  test.each([
    ['sends nothing', ''],
    ['dribbles its headers', 'GET /livez HTTP/1.1\r\nHost: localhost\r\nX-Slow: '],
  ])('lets go of a connection that %s', async (_title, bytes) => {
    const socket = connect(test1.server.port, '127.0.0.1');
    socket.write(bytes);
    expect(await text(socket)).toMatch(/^(?:HTTP\/1\.1 408|$)/);
  });
});

test('says which part is down', async () => {
  await using server = await createTestServer({ router: testRouter });
  await server.node.backend.database.db.destroy();
  const response = await fetch(`${server.server.url}/readyz`);
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({ status: 'unavailable', checks: { database: 'down', bus: 'ok' } });
  expect((await fetch(`${server.server.url}/livez`)).status).toBe(200);
});

test('answers nothing but probes on a node that only executes runs', async () => {
  await using server = await createTestServer({ serves: 'probes' });
  const { url } = server.server;
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  for (const path of ['/', '/app/', '/trpc/agent.models']) {
    expect((await fetch(`${url}${path}`)).status, path).toBe(404);
  }
});
