import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Answer, bodyOf, curlOn, type CurlOptions } from './curl-testing.ts';
import { type SignInServer, startSignInServer } from './sign-in-testing.ts';

const BINDING =
  /^(__Host-aura_oauth_google=[\w-]{43}); Path=\/; HttpOnly; Secure; SameSite=Lax; Max-Age=600$/;
const REFRESH = /^(__Host-aura_refresh=[\w-]+); Path=\/; HttpOnly; Secure; SameSite=Strict; Expires=/;
const FORGET = '__Host-aura_oauth_google=; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=0';

let server: SignInServer;
let curl: (path: string, options?: CurlOptions) => Promise<Answer>;
beforeAll(async () => {
  server = await startSignInServer();
  curl = curlOn(server.test.server);
});
afterAll(async () => await server[Symbol.asyncDispose]());

const someone = () => {
  const sub = randomUUID();
  return { sub, email: `${sub}@gmail.example`, email_verified: true, name: 'Some One' };
};
/** A browser that was sent to the provider, has agreed there, and is about to come back. */
async function go(returnTo?: string): Promise<{ cookie: string; back: string; email: string }> {
  const query = returnTo === undefined ? '' : `?${new URLSearchParams({ returnTo }).toString()}`;
  const started = await curl(`/auth/oauth/google/start${query}`);
  expect(started.status).toBe(302);
  const cookie = BINDING.exec(started.headers.getSetCookie()[0] ?? '')?.[1] ?? '';
  expect(cookie).not.toBe('');
  const profile = someone();
  const location = started.headers.get('location') ?? '';
  return { cookie, back: server.agree(location, profile), email: profile.email };
}

describe('signing in with a provider', () => {
  it('leads there and back, and the browser then has a refresh token that no script sees', async () => {
    const { cookie, back, email } = await go('/app/rooms?x=1');
    const came = await curl(back, { headers: { cookie } });
    expect(came).toMatchObject({ status: 302, body: '' });
    expect(came.headers.get('location')).toBe('/app/rooms?x=1');
    const [forgotten, refresh = '', ...others] = came.headers.getSetCookie();
    expect([forgotten, others]).toEqual([FORGET, []]);
    const headers = { cookie: REFRESH.exec(refresh)?.[1] ?? '', origin: server.test.server.url };
    const pair = await curl('/auth/refresh?mode=cookie', { method: 'POST', headers });
    expect(pair).toMatchObject({ status: 200, body: { user: { email } } });
    const { access_token: token } = bodyOf(pair, z.object({ access_token: z.string() }));
    expect((await curl('/user/me', { token })).status).toBe(200);
  });

  it('leads to the app when nobody said where to', async () => {
    const { cookie, back } = await go();
    expect((await curl(back, { headers: { cookie } })).headers.get('location')).toBe('/app/');
  });

  it('signs in only the browser that began it, and once', async () => {
    const [mine, other] = [await go(), await go()];
    const attempts: Record<string, string>[] = [{}, { cookie: other.cookie }, { cookie: `${mine.cookie}x` }];
    for (const headers of attempts) {
      const refused = await curl(mine.back, { headers });
      expect(refused).toMatchObject({ status: 401, body: { code: 'INVALID_CREDENTIALS' } });
      expect(refused.headers.getSetCookie()).toEqual([FORGET]);
    }
    expect((await curl(mine.back, { headers: { cookie: mine.cookie } })).status).toBe(302);
    expect((await curl(mine.back, { headers: { cookie: mine.cookie } })).status).toBe(401);
  });

  it('is added to the account of who asks with their token, and to nobody else', async () => {
    const json = { email: `${randomUUID()}@test.local`, password: 'correct horse battery' };
    const registered = await curl('/auth/register', { json });
    const account = bodyOf(
      registered,
      z.object({ access_token: z.string(), user: z.object({ id: z.uuid() }) }),
    );
    const link = '/auth/oauth/google/link?returnTo=/app/settings';
    expect((await curl(link, { method: 'POST' })).status).toBe(401);
    const begun = await curl(link, { method: 'POST', token: account.access_token });
    const cookie = BINDING.exec(begun.headers.getSetCookie()[0] ?? '')?.[1] ?? '';
    const { url } = bodyOf(begun, z.strictObject({ url: z.url() }));
    const profile = someone();
    const came = await curl(server.agree(url, profile), { headers: { cookie } });
    expect(came.headers.get('location')).toBe('/app/settings');
    // From now on the provider alone signs in to the account.
    const started = await curl('/auth/oauth/google/start');
    const headers = { cookie: BINDING.exec(started.headers.getSetCookie()[0] ?? '')?.[1] ?? '' };
    const again = await curl(server.agree(started.headers.get('location') ?? '', profile), { headers });
    const refresh = REFRESH.exec(again.headers.getSetCookie()[1] ?? '')?.[1] ?? '';
    const own = { cookie: refresh, origin: server.test.server.url };
    const pair = await curl('/auth/refresh?mode=cookie', { method: 'POST', headers: own });
    expect(pair.body).toMatchObject({ user: { id: account.user.id } });
  });

  it('401 for who refused at the provider, 502 when it is down', async () => {
    const { cookie, back } = await go();
    const refused = back.replace(/code=[^&]*/, 'error=access_denied');
    expect((await curl(refused, { headers: { cookie } })).status).toBe(401);
    const second = await go();
    server.issuer.broken.set('/token', (res) => res.writeHead(503).end());
    const down = await curl(second.back, { headers: { cookie: second.cookie } });
    server.issuer.broken.clear();
    expect(down).toMatchObject({ status: 502, body: { code: 'ISSUER_UNAVAILABLE' } });
  });

  it.each(['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)'])(
    'does not lead to %s afterwards',
    async (returnTo) => {
      const query = new URLSearchParams({ returnTo }).toString();
      const answer = await curl(`/auth/oauth/google/start?${query}`);
      expect(answer).toMatchObject({ status: 400, body: { code: 'BAD_INPUT' } });
      expect(answer.headers.get('location')).toBeNull();
    },
  );

  it('answers 404 for a provider that is not configured and for one that there is not', async () => {
    for (const name of ['discord', 'github']) {
      for (const step of ['start', 'callback?state=s&code=c']) {
        expect((await curl(`/auth/oauth/${name}/${step}`)).status, `${name} ${step}`).toBe(404);
      }
    }
  });
});
