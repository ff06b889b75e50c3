import { createHash, randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import {
  AUDIENCE,
  type FakeIssuer,
  sendJson,
  startFakeIssuer,
} from '../../features/auth/testing/fake-issuer.ts';
import { createTestServer, type TestServer } from '../../testing/test-server.ts';

export const SIGNING_SECRET = 'what the other backend signs with, long enough';

export interface SignInServer extends AsyncDisposable {
  test: TestServer;
  /** Somebody else who says who people are, with tokens and as a sign-in provider (`google`). */
  issuer: FakeIssuer;
  /** What a browser does at the provider: agrees, and is sent back to this address of ours. */
  agree(authorizationUrl: string, profile: object): string;
}

/** A server that people sign in to in every way there is. */
export async function startSignInServer(): Promise<SignInServer> {
  const issuer = await startFakeIssuer();
  const codes = new Map<string, { challenge: string; profile: object }>();
  issuer.routes.set('/token', async (req, res) => {
    const form = new URLSearchParams(await text(req));
    const grant = codes.get(form.get('code') ?? '');
    const proof = form.get('code_verifier') ?? '';
    if (grant?.challenge !== createHash('sha256').update(proof).digest('base64url')) {
      return sendJson(res, 400, { error: 'invalid_grant' });
    }
    const token = randomUUID();
    issuer.users.set(token, grant.profile);
    return sendJson(res, 200, { access_token: token, token_type: 'Bearer' });
  });
  const endpoints = {
    authorizationUrl: `${issuer.url}/authorize`,
    tokenUrl: `${issuer.url}/token`,
    profileUrl: `${issuer.url}/userinfo`,
  };
  const test = await createTestServer({
    isStarted: false,
    config: {
      publicUrl: 'https://aura.example',
      identityHttpAllow: [new URL(issuer.url).host],
      identityIssuers: [{ issuer: issuer.url, proof: { kind: 'oidc', audiences: [AUDIENCE] } }],
      oauthClients: { google: { clientId: 'us', clientSecret: 'our secret', endpoints } },
      tokenSigningSecret: SIGNING_SECRET,
    },
  });
  return {
    test,
    issuer,
    agree(authorizationUrl, profile) {
      const asked = new URL(authorizationUrl).searchParams;
      const code = randomUUID();
      codes.set(code, { challenge: asked.get('code_challenge') ?? '', profile });
      const back = new URL(asked.get('redirect_uri') ?? '');
      back.search = new URLSearchParams({ state: asked.get('state') ?? '', code }).toString();
      return `${back.pathname}${back.search}`;
    },
    async [Symbol.asyncDispose]() {
      await test[Symbol.asyncDispose]();
      await issuer[Symbol.asyncDispose]();
    },
  };
}
