import { randomUUID } from 'node:crypto';
import { type AuthResult, authResultSchema } from '@aura/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createTestServer, type TestServer } from '../../testing/test-server.ts';

const ORIGIN = 'https://app.example.org';
const PASSWORD = 'correct horse battery';
const COOKIE = { 'x-auth-mode': 'cookie' };
const SAME = { 'sec-fetch-site': 'same-origin' };
let test: TestServer;
beforeAll(async () => {
  test = await createTestServer({ isStarted: false, config: { allowedOrigins: [ORIGIN] } });
});
afterAll(async () => await test[Symbol.asyncDispose]());

interface Answer {
  status: number;
  text: string;
  cookie: string | null;
}
async function post(path: string, input: object, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(`${test.server.url}/trpc/${path}`, {
    method: 'POST',
    body: JSON.stringify(input),
    headers: { 'content-type': 'application/json', ...headers },
  });
  return {
    status: response.status,
    text: await response.text(),
    cookie: response.headers.getSetCookie()[0] ?? null,
  };
}
const resultOf = ({ text }: Answer): AuthResult =>
  z.object({ result: z.object({ data: authResultSchema }) }).parse(JSON.parse(text)).result.data;
const pairOf = ({ cookie }: Answer): string => cookie?.split(';', 1)[0] ?? '';
const newcomer = async (headers: Record<string, string> = { ...COOKIE, ...SAME }): Promise<Answer> =>
  await post('auth.register', { email: `${randomUUID()}@test.local`, password: PASSWORD }, headers);
const refresh = async (cookie: string, headers: Record<string, string>): Promise<Answer> =>
  await post('auth.refresh', {}, { ...COOKIE, cookie, ...headers });

describe('cookie mode', () => {
  it('gives the refresh token to the browser in a cookie that no script and no other host can reach', async () => {
    const answer = await newcomer();
    expect(answer.cookie).toMatch(
      /^__Host-aura_refresh=ar1_[\w-]+; Path=\/; HttpOnly; Secure; SameSite=Strict; Expires=[^;]+$/,
    );
    expect(answer.text).not.toContain('ar1_');
    expect(resultOf(answer).refreshToken).toBeNull();
  });

  it('rotates the cookie at every refresh, and takes the token from it alone', async () => {
    const first = pairOf(await newcomer());
    const answer = await refresh(first, SAME);
    expect(answer.status).toBe(200);
    expect(pairOf(answer)).not.toBe(first);
    expect(answer.text).not.toContain('ar1_');
    const other = resultOf(await newcomer({}));
    const inBody = { refreshToken: other.refreshToken };
    const without = await post('auth.refresh', inBody, { ...COOKIE, ...SAME });
    expect(without.status).toBe(401);
    expect(without.cookie).toMatch(/^__Host-aura_refresh=; .*Max-Age=0$/);
  });

  it('ends with the session', async () => {
    const answer = await newcomer();
    const authorization = `Bearer ${resultOf(answer).accessToken}`;
    const out = await post('auth.logout', {}, { ...COOKIE, ...SAME, authorization });
    expect(out.cookie).toMatch(/^__Host-aura_refresh=; .*Max-Age=0$/);
    expect((await refresh(pairOf(answer), SAME)).status).toBe(401);
  });

  it('is not what a cookie alone turns on', async () => {
    const cookie = pairOf(await newcomer());
    const answer = await post('auth.refresh', {}, { cookie, ...SAME });
    expect(answer.status).toBe(401);
    expect(answer.cookie).toBeNull();
    expect((await refresh(cookie, SAME)).status).toBe(200);
  });

  it('lets in pages of this host and of allowed origins', async () => {
    const own = test.server.url;
    for (const headers of [
      SAME,
      { origin: own },
      { origin: own, ...SAME },
      { origin: ORIGIN, 'sec-fetch-site': 'cross-site' },
    ]) {
      expect((await newcomer({ ...COOKIE, ...headers })).status).toBe(200);
    }
  });

  it.each<[string, Record<string, string>]>([
    ['no browser', {}],
    ['a foreign origin', { origin: 'https://evil.example' }],
    ['a foreign origin that says same-origin', { origin: 'https://evil.example', ...SAME }],
    ['origin null', { origin: 'null' }],
    ['origin null that says same-origin', { origin: 'null', ...SAME }],
    ['an origin that begins like an allowed one', { origin: `${ORIGIN}.evil.example` }],
    ['an origin that ends like an allowed one', { origin: `https://evil-app.example.org` }],
    ['an allowed origin over http', { origin: ORIGIN.replace('https', 'http') }],
    ['an allowed origin at another port', { origin: `${ORIGIN}:8443` }],
    ['an allowed origin with a path', { origin: `${ORIGIN}/` }],
    ['an allowed origin in other letters', { origin: ORIGIN.toUpperCase() }],
    ['two origins', { origin: `${ORIGIN}, https://evil.example` }],
    ['another port of this host', { origin: 'http://127.0.0.1:1' }],
    ['a sibling', { 'sec-fetch-site': 'same-site' }],
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['nobody’s page', { 'sec-fetch-site': 'none' }],
    ['this host, which its browser calls another site', { 'sec-fetch-site': 'cross-site', origin: 'SELF' }],
  ])('refuses a call with the cookie from %s, and leaves the session alone', async (_, headers) => {
    const cookie = pairOf(await newcomer());
    const own = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value === 'SELF' ? test.server.url : value]),
    );
    const refused = await refresh(cookie, own);
    expect(refused).toMatchObject({ status: 403, cookie: null });
    expect((await refresh(cookie, SAME)).status).toBe(200);
  });

  it('refuses what a page can send without asking: forms, plain text, GET', async () => {
    const cookie = pairOf(await newcomer());
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
    ]) {
      const answer = await refresh(cookie, { ...SAME, 'content-type': type });
      expect(answer.status).toBe(415);
    }
    const got = await fetch(`${test.server.url}/trpc/auth.refresh?input={}`, {
      headers: { ...COOKIE, ...SAME, cookie },
    });
    expect(got.status).toBe(405);
    expect(got.headers.getSetCookie()).toEqual([]);
    expect((await refresh(cookie, SAME)).status).toBe(200);
  });

  it('does not answer in a stream, whose headers are gone before there is a cookie', async () => {
    const input = { 0: { email: `${randomUUID()}@test.local`, password: PASSWORD } };
    const headers = { ...COOKIE, ...SAME, 'trpc-accept': 'application/jsonl' };
    const answer = await post('auth.register?batch=1', input, headers);
    expect(answer.text).toContain('Cookie mode needs an answer that is not streamed');
    expect(answer.text).not.toContain('ar1_');
  });

  it('leaves who does not ask for it with tokens and without cookies', async () => {
    const answer = await newcomer({});
    expect(answer.cookie).toBeNull();
    expect(resultOf(answer).refreshToken).toMatch(/^ar1_/);
  });
});
