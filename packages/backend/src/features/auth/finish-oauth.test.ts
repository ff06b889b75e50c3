import { createHash, randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import type { FinishOAuthInput, FinishOAuthOutput, OAuthProviderName } from '@aura/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { bearerOn, newcomerOn, refusalOf, visitorOn } from './auth-testing.ts';
import { finishOAuth } from './finish-oauth.ts';
import { createOAuthStates } from './oauth-states.ts';
import { type FakeIssuer, sendJson, startFakeIssuer } from './testing/fake-issuer.ts';

const CLIENT = { clientId: 'our-client', clientSecret: 'our-client-secret' };
const REDIRECT = 'https://aura.example/auth/oauth/google/callback';
/** What the provider was asked, and who it says signs in. */
const codes = new Map<string, { challenge: string; profile: object | number }>();
const forms: URLSearchParams[] = [];
let provider: FakeIssuer;
let test: TestBackend;

beforeAll(async () => {
  provider = await startFakeIssuer();
  provider.routes.set('/token', async (req, res) => {
    const form = new URLSearchParams(await text(req));
    forms.push(form);
    const grant = codes.get(form.get('code') ?? '');
    const verifier = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    codes.delete(form.get('code') ?? '');
    if (grant === undefined || verifier !== grant.challenge) {
      return sendJson(res, 400, { error: 'invalid_grant' });
    }
    const token = randomUUID();
    provider.users.set(token, grant.profile);
    return sendJson(res, 200, { access_token: token, token_type: 'Bearer' });
  });
  const endpoints = {
    authorizationUrl: `${provider.url}/authorize?prompt=consent`,
    tokenUrl: `${provider.url}/token`,
    profileUrl: `${provider.url}/userinfo`,
  };
  test = await createTestBackend({
    isStarted: false,
    config: {
      publicUrl: 'https://aura.example',
      identityHttpAllow: [new URL(provider.url).host],
      oauthClients: { google: { ...CLIENT, endpoints }, discord: { ...CLIENT, endpoints } },
    },
  });
});
beforeEach(() => provider.broken.clear());
afterAll(async () => {
  await test[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});

const visitor = () => visitorOn(test.backend).call.auth;
/** What a browser does at the provider: agrees, and comes back with a code. */
function agree(url: string, profile: object | number): { state: string; code: string } {
  const asked = new URL(url).searchParams;
  const code = randomUUID();
  codes.set(code, { challenge: asked.get('code_challenge') ?? '', profile });
  return { state: asked.get('state') ?? '', code };
}
async function come(name: OAuthProviderName, profile: object | number): Promise<FinishOAuthInput> {
  const { url, binding } = await visitor().startOAuth({ provider: name });
  return { provider: name, binding, ...agree(url, profile) };
}
const signIn = async (name: OAuthProviderName, profile: object | number): Promise<FinishOAuthOutput> =>
  await visitor().finishOAuth(await come(name, profile));
const someone = () => {
  const sub = randomUUID();
  return { sub, email: `${sub}@gmail.example`, email_verified: true, name: 'Some One' };
};
const REFUSED = { code: 'INVALID_CREDENTIALS' };

describe('signing in with somebody else', () => {
  it('asks the provider with PKCE, a state and the address that is registered there', async () => {
    const { url } = await visitor().startOAuth({ provider: 'google' });
    expect(Object.fromEntries(new URL(url).searchParams)).toEqual({
      prompt: 'consent',
      response_type: 'code',
      client_id: CLIENT.clientId,
      redirect_uri: REDIRECT,
      scope: 'openid email profile',
      state: expect.stringMatching(/^[\w-]+\.[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
  });

  it('makes a user at the first time and signs the same one in afterwards', async () => {
    const profile = someone();
    const first = await signIn('google', profile);
    expect(first.identity).toMatchObject({
      role: 'user',
      user: { email: profile.email, nickname: 'Some One' },
    });
    expect(forms.at(-1)?.get('client_secret')).toBe(CLIENT.clientSecret);
    expect(forms.at(-1)?.get('redirect_uri')).toBe(REDIRECT);
    const again = await signIn('google', { ...profile, email: 'moved@gmail.example' });
    expect(again.identity.user).toEqual(first.identity.user);
    const { call } = await bearerOn(test.backend, again);
    expect((await call.auth.me()).user.id).toBe(first.identity.user.id);
  });

  it('reads what Discord says of its users', async () => {
    const id = '80351110224678912';
    const profile = { id, username: 'nelly', global_name: null, email: `${id}@d.example`, verified: true };
    const { identity } = await signIn('discord', profile);
    expect(identity.user).toMatchObject({ email: profile.email, nickname: 'nelly' });
    const sameIdElsewhere = await signIn('google', { ...someone(), sub: id });
    expect(sameIdElsewhere.identity.user.id).not.toBe(identity.user.id);
  });

  it('never signs anybody in by an e-mail address, confirmed or not', async () => {
    const { email } = await newcomerOn(test.backend);
    const confirmed = { ...someone(), email };
    expect(await refusalOf(signIn('google', confirmed))).toMatchObject({ code: 'EMAIL_TAKEN' });
    const other = await signIn('google', { ...someone(), email, email_verified: false });
    expect(other.identity.user.email).not.toBe(email);
  });

  it('links an identity to who is signed in, and to nobody else afterwards', async () => {
    const owner = await newcomerOn(test.backend);
    const profile = { ...someone(), email: owner.email };
    const { url, binding } = await owner.call.auth.linkOAuth({
      provider: 'google',
      returnTo: '/app/settings',
    });
    const input = { provider: 'google', binding, ...agree(url, profile) } as const;
    const linked = await visitor().finishOAuth(input);
    expect(linked).toMatchObject({
      returnTo: '/app/settings',
      identity: { user: { id: owner.ctx.caller.userId } },
    });
    expect((await signIn('google', profile)).identity.user.id).toBe(owner.ctx.caller.userId);
    const thief = await newcomerOn(test.backend);
    const second = await thief.call.auth.linkOAuth({ provider: 'google' });
    const theft = { provider: 'google', binding: second.binding, ...agree(second.url, profile) } as const;
    expect(await refusalOf(visitor().finishOAuth(theft))).toMatchObject({ code: 'CONFLICT' });
  });

  it('finishes each start once, however many try at once', async () => {
    const input = await come('google', someone());
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, async () => await visitor().finishOAuth(input)),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await refusalOf(visitor().finishOAuth(input))).toMatchObject(REFUSED);
  });

  it.each<[string, (input: FinishOAuthInput) => Promise<FinishOAuthInput> | FinishOAuthInput]>([
    ['in another browser', async (input) => ({ ...input, binding: (await come('google', 400)).binding })],
    ['without the browser’s part', (input) => ({ ...input, binding: '' })],
    ['with another state', async (input) => ({ ...input, state: (await come('google', 400)).state })],
    [
      'with a state of its own making',
      (input) => ({ ...input, state: input.state.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')) }),
    ],
    ['with no state', (input) => ({ ...input, state: '' })],
    ['at another provider', (input) => ({ ...input, provider: 'discord' })],
    [
      'with somebody else’s code',
      async (input) => ({ ...input, code: (await come('google', someone())).code }),
    ],
    ['with a made-up code', (input) => ({ ...input, code: 'made-up' })],
    ['after the user said no', (input) => ({ ...input, code: undefined, error: 'access_denied' })],
  ])('does not finish what was begun elsewhere: %s', async (_, change) => {
    const input = await change(await come('google', someone()));
    expect(await refusalOf(visitor().finishOAuth(input))).toMatchObject(REFUSED);
  });

  it('does not finish after ten minutes', async () => {
    const input = await come('google', someone());
    const { ctx } = visitorOn(test.backend);
    const later = { now: () => new Date(Date.now() + 601_000) };
    const oauthStates = createOAuthStates({ secrets: [test.config.jwtSecret], clock: later });
    expect(await refusalOf(finishOAuth({ ...ctx, oauthStates }, input))).toMatchObject(REFUSED);
  });

  it('tells a provider that is down from a sign-in that was refused', async () => {
    expect(await refusalOf(signIn('google', 401))).toMatchObject(REFUSED);
    expect(await refusalOf(signIn('google', { name: 'no subject' }))).toMatchObject({
      code: 'ISSUER_UNAVAILABLE',
    });
    provider.broken.set('/token', (res) => sendJson(res, 503, {}));
    expect(await refusalOf(signIn('google', someone()))).toMatchObject({ code: 'ISSUER_UNAVAILABLE' });
  });

  it.each(['https://evil.example', '//evil.example', '/\\evil.example', 'app', '/a b'])(
    'comes back to no other site: %s',
    async (returnTo) => {
      const call = visitor().startOAuth({ provider: 'google', returnTo });
      await expect(call).rejects.toThrow('must be a path');
    },
  );

  it('is off until a client is configured, and needs to know where this server is', async () => {
    await using plain = await createTestBackend({ isStarted: false, config: { isRegistrationOpen: false } });
    const { call } = visitorOn(plain.backend);
    expect(await refusalOf(call.auth.startOAuth({ provider: 'google' }))).toEqual({
      code: 'NOT_FOUND',
      message: 'No such sign-in provider.',
    });
    await expect(createTestBackend({ config: { oauthClients: { google: CLIENT } } })).rejects.toThrow(
      'AURA_PUBLIC_URL',
    );
  });
});
