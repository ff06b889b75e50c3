import type { AuthResult } from '@aura/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startCanary } from '../../ports/guarded-fetch-testing.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { refusalOf, visitorOn } from './auth-testing.ts';
import { AUDIENCE, type FakeIssuer, sendJson, startFakeIssuer } from './testing/fake-issuer.ts';

const hostOf = ({ url }: { url: string }): string => new URL(url).host;

describe('an issuer that is down', () => {
  let node: TestBackend;
  let own: FakeIssuer;
  beforeEach(async () => {
    own = await startFakeIssuer();
    node = await createTestBackend({
      isStarted: false,
      config: {
        identityHttpAllow: [hostOf(own)],
        identityIssuers: [{ issuer: own.url, proof: { kind: 'oidc', audiences: [AUDIENCE] } }],
      },
    });
  });
  afterEach(async () => {
    await node[Symbol.asyncDispose]();
    await own[Symbol.asyncDispose]();
  });
  const attempt = async (subjectToken: string): Promise<AuthResult> =>
    await visitorOn(node.backend).call.auth.exchange({ subjectToken });

  it.each([
    ['discovery fails', '/.well-known/openid-configuration', 503, {}],
    [
      'discovery is of another issuer',
      '/.well-known/openid-configuration',
      200,
      { issuer: 'https://evil.example' },
    ],
    ['keys fail', '/keys', 500, {}],
    ['keys are none', '/keys', 200, { keys: 'none' }],
    ['keys are gone', '/keys', 404, {}],
  ])('is told as down and not as a bad token: %s', async (_, path, status, body) => {
    own.broken.set(path, (res) => sendJson(res, status, body));
    expect(await refusalOf(attempt(await own.sign()))).toMatchObject({ code: 'ISSUER_UNAVAILABLE' });
  });

  it('is told as down when it breaks off, redirects or says something that is no JSON', async () => {
    for (const breakIt of [
      (res: Parameters<typeof sendJson>[0]) => res.destroy(),
      (res: Parameters<typeof sendJson>[0]) => res.writeHead(302, { location: 'https://evil.example' }).end(),
    ]) {
      await using fresh = await startFakeIssuer();
      fresh.broken.set('/userinfo', breakIt);
      const config = {
        identityHttpAllow: [hostOf(fresh)],
        identityIssuers: [
          { issuer: fresh.url, proof: { kind: 'userinfo', url: `${fresh.url}/userinfo` } as const },
        ],
      };
      await using other = await createTestBackend({ isStarted: false, config });
      const call = visitorOn(other.backend).call.auth.exchange({ subjectToken: 'x' });
      expect(await refusalOf(call)).toMatchObject({ code: 'ISSUER_UNAVAILABLE' });
    }
  });

  it('is asked once, not for each of a hundred tokens', async () => {
    own.broken.set('/.well-known/openid-configuration', (res) => sendJson(res, 503, {}));
    const tokens = await Promise.all(Array.from({ length: 100 }, async () => await own.sign()));
    await Promise.allSettled(tokens.map(attempt));
    expect(own.hits.get('/.well-known/openid-configuration')).toBe(1);
  });

  it('cannot send this server to a place inside with its discovery document', async () => {
    await using canary = await startCanary();
    own.broken.set('/.well-known/openid-configuration', (res) =>
      sendJson(res, 200, {
        issuer: own.url,
        jwks_uri: `${canary.url}/keys`,
        userinfo_endpoint: `${canary.url}/userinfo`,
      }),
    );
    expect(await refusalOf(attempt(await own.sign()))).toMatchObject({ code: 'ISSUER_UNAVAILABLE' });
    const named = visitorOn(node.backend).call.auth.exchange({ subjectToken: 'x', issuer: own.url });
    expect(await refusalOf(named)).toMatchObject({ code: 'ISSUER_UNAVAILABLE' });
    expect(canary.connections).toBe(0);
  });
});
