// Signing in over REST with what others say, and in cookie mode, over the wire and to the letter.
import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Answer, bodyOf, curlOn, type CurlOptions } from './curl-testing.ts';
import { type SignInServer, SIGNING_SECRET, startSignInServer } from './sign-in-testing.ts';

const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const pairSchema = z.strictObject({
  access_token: z.string(),
  refresh_token: z.string(),
  token_type: z.literal('bearer'),
  expires_in: z.int().min(890).max(900),
  user: z.object({ id: z.uuid(), email: z.string() }),
});
const exchangedSchema = pairSchema.extend({
  issued_token_type: z.literal('urn:ietf:params:oauth:token-type:access_token'),
});

let server: SignInServer;
let curl: (path: string, options?: CurlOptions) => Promise<Answer>;
beforeAll(async () => {
  server = await startSignInServer();
  curl = curlOn(server.test.server);
});
afterAll(async () => await server[Symbol.asyncDispose]());

describe('POST /auth/exchange', () => {
  const token = async (): Promise<string> => await server.issuer.sign({ sub: randomUUID() });
  const form = (fields: Record<string, string> | string): CurlOptions => ({
    text: new URLSearchParams(fields).toString(),
    headers: FORM,
  });

  it('trades the token in X-External-Token for a pair that works', async () => {
    const headers = { 'x-external-token': await token() };
    const answer = await curl('/auth/exchange', { method: 'POST', headers });
    expect(answer.status).toBe(200);
    const pair = bodyOf(answer, exchangedSchema);
    expect(await curl('/user/me', { token: pair.access_token })).toMatchObject({
      body: { id: pair.user.id },
    });
    const refresh = { json: { refresh_token: pair.refresh_token } };
    expect((await curl('/auth/refresh', refresh)).status).toBe(200);
    expect((await curl('/auth/exchange', { method: 'POST', headers })).status).toBe(401);
  });

  it('takes the form of RFC 8693, its actor too, and the same as JSON', async () => {
    const subject = randomUUID();
    const fields = {
      grant_type: GRANT,
      subject_token: await server.issuer.sign({ sub: subject }),
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      actor_token: await token(),
      actor_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      scope: 'openid',
    };
    const first = bodyOf(await curl('/auth/exchange', form(fields)), exchangedSchema);
    const claims = JSON.parse(Buffer.from(first.access_token.split('.')[1] ?? '', 'base64url').toString());
    expect(claims).toMatchObject({ act: { iss: server.issuer.url } });
    const json = { subject_token: await server.issuer.sign({ sub: subject }) };
    const second = bodyOf(await curl('/auth/exchange', { json }), exchangedSchema);
    expect(second.user.id).toBe(first.user.id);
  });

  it.each([
    ['nothing', async () => ({ method: 'POST' })],
    ['another grant', async () => form({ grant_type: 'password', subject_token: await token() })],
    ['a field twice', async () => form('subject_token=a.b.c&subject_token=d.e.f')],
  ])('400 for %s', async (_what, request) => {
    expect(await curl('/auth/exchange', await request())).toMatchObject({
      status: 400,
      body: { code: 'BAD_INPUT' },
    });
  });

  it('401 for a token that is not valid, 502 when its issuer is down, 415 for another body', async () => {
    const refused = await curl('/auth/exchange', form({ grant_type: GRANT, subject_token: 'a.b.c' }));
    expect(refused).toMatchObject({ status: 401, body: { code: 'INVALID_CREDENTIALS' } });
    const headers = { 'content-type': 'text/plain' };
    expect((await curl('/auth/exchange', { text: 'subject_token=x', headers })).status).toBe(415);
    await using other = await startSignInServer();
    other.issuer.broken.set('/.well-known/openid-configuration', (res) => res.writeHead(503).end());
    const subject_token = await other.issuer.sign({ sub: randomUUID() });
    const down = await curlOn(other.test.server)('/auth/exchange', { json: { subject_token } });
    expect(down).toMatchObject({ status: 502, body: { code: 'ISSUER_UNAVAILABLE' } });
  });

  it('leaves every other route without forms', async () => {
    expect((await curl('/auth/login', form({ email: 'a@b.c', password: 'p' }))).status).toBe(415);
  });
});

describe('POST /auth/token', () => {
  const sign = (text: string): string => {
    const t = Math.floor(Date.now() / 1_000);
    return `t=${t},v1=${createHmac('sha256', SIGNING_SECRET).update(`${t}.${text}`).digest('hex')}`;
  };
  const mint = async (text: string, signature?: string): Promise<Answer> =>
    await curl('/auth/token', {
      text,
      headers: {
        'content-type': 'application/json',
        ...(signature !== undefined && { 'x-signature': signature }),
      },
    });

  it('gives a pair for a body that is signed to the byte, once', async () => {
    // Parsed and written anew, none of this would be the same bytes.
    const text = ` {"user_id" : "k\\u00fcnstler-${randomUUID()}é",\n"roles":["user"], "n": 1.0} \n`;
    const signature = sign(text);
    const pair = bodyOf(await mint(text, signature), pairSchema);
    expect((await curl('/user/me', { token: pair.access_token })).status).toBe(200);
    expect((await mint(text, signature)).status).toBe(401);
  });

  it('401 for who signs nothing, says nothing, or signed something else', async () => {
    const text = JSON.stringify({ user_id: 'mallory' });
    for (const signature of [undefined, '', sign(`${text} `)]) {
      const answer = await mint(text, signature);
      expect(answer).toMatchObject({ status: 401, body: { code: 'UNAUTHORIZED' } });
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    }
    expect((await curl('/auth/token', { method: 'POST' })).status).toBe(401);
    expect((await mint('{"user_id":', sign('{"user_id":'))).status).toBe(400);
  });
});

describe('cookie mode', () => {
  const COOKIE = /^(__Host-aura_refresh=[\w-]+); Path=\/; HttpOnly; Secure; SameSite=Strict; Expires=/;
  const cookieOf = ({ headers }: Answer): string => COOKIE.exec(headers.getSetCookie()[0] ?? '')?.[1] ?? '';
  const own = (): Record<string, string> => ({ origin: server.test.server.url });

  it.each([
    ['?mode=cookie', '?mode=cookie', {}],
    ['X-Auth-Mode', '', { 'x-auth-mode': 'cookie' }],
  ])('by %s: no body has the refresh token, from register to logout', async (_how, query, more) => {
    const headers = { ...own(), ...more };
    const json = { email: `${randomUUID()}@test.local`, password: 'correct horse battery' };
    const answers = [await curl(`/auth/register${query}`, { json, headers })];
    answers.push(await curl(`/auth/login${query}`, { json, headers }));
    const [, login] = answers;
    const cookie = login === undefined ? '' : cookieOf(login);
    const refreshed = await curl(`/auth/refresh${query}`, {
      method: 'POST',
      headers: { ...headers, cookie },
    });
    answers.push(refreshed);
    for (const answer of answers) {
      expect(answer.headers.getSetCookie()).toEqual([expect.stringMatching(COOKIE)]);
      bodyOf(answer, pairSchema.omit({ refresh_token: true }));
    }
    expect(cookieOf(refreshed)).not.toBe(cookie);
    const { access_token: token } = bodyOf(refreshed, z.object({ access_token: z.string() }));
    const left = await curl(`/auth/logout${query}`, { method: 'POST', token, headers });
    expect(left.headers.getSetCookie()).toEqual([expect.stringContaining('__Host-aura_refresh=; ')]);
    const late = { ...headers, cookie: cookieOf(refreshed) };
    expect((await curl(`/auth/refresh${query}`, { method: 'POST', headers: late })).status).toBe(401);
  });

  it('gives an exchanged pair a cookie too', async () => {
    const headers = { ...own(), 'x-external-token': await server.issuer.sign({ sub: randomUUID() }) };
    const answer = await curl('/auth/exchange?mode=cookie', { method: 'POST', headers });
    bodyOf(answer, exchangedSchema.omit({ refresh_token: true }));
    expect(cookieOf(answer)).not.toBe('');
  });

  it('403 for foreign pages and for who is no browser, 400 for a mode that there is not', async () => {
    const json = { email: `${randomUUID()}@test.local`, password: 'correct horse battery' };
    const strangers: Record<string, string>[] = [{}, { origin: 'https://evil.example' }];
    for (const headers of strangers) {
      const answer = await curl('/auth/register?mode=cookie', { json, headers });
      expect(answer).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
    const misspelt = await curl('/auth/register?mode=cookies', { json, headers: own() });
    expect(misspelt).toMatchObject({ status: 400, body: { code: 'BAD_INPUT' } });
    // Nothing of it was done.
    expect((await curl('/auth/register', { json })).status).toBe(201);
  });
});
