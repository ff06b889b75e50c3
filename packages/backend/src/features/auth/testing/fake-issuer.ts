import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { type LocalServer, startLocalServer } from '../../../ports/guarded-fetch-testing.ts';

export const AUDIENCE = 'aura-client';

/** An OpenID Connect issuer on the wire, which says and breaks what a test tells it to. */
export interface FakeIssuer extends LocalServer {
  /** A token of its own making; `undefined` leaves a claim out. */
  sign(claims?: JWTPayload, header?: Record<string, unknown>): Promise<string>;
  /** From now on tokens are signed with a new key, and the old one is gone. */
  rotate(): Promise<void>;
  /** Opaque token → what userinfo answers: an object, or a status. */
  users: Map<string, object | number>;
  /** Requests so far, by path. */
  hits: Map<string, number>;
  /** What it answers instead, by path. */
  broken: Map<string, (res: ServerResponse) => void>;
  /** For more than a sign-in needs. */
  routes: Map<string, (req: IncomingMessage, res: ServerResponse) => void | Promise<void>>;
}

export async function startFakeIssuer(): Promise<FakeIssuer> {
  let kid = randomUUID();
  let keys = await generateKeyPair('RS256');
  const users: FakeIssuer['users'] = new Map();
  const hits: FakeIssuer['hits'] = new Map();
  const broken: FakeIssuer['broken'] = new Map();
  const routes: FakeIssuer['routes'] = new Map();
  const server = await startLocalServer((req, res) => {
    const path = new URL(req.url ?? '', 'http://issuer').pathname;
    hits.set(path, (hits.get(path) ?? 0) + 1);
    const breakIt = broken.get(path);
    if (breakIt !== undefined) breakIt(res);
    else void (routes.get(path) ?? (() => sendJson(res, 404, {})))(req, res);
  });
  routes.set('/.well-known/openid-configuration', (_req, res) =>
    sendJson(res, 200, {
      issuer: server.url,
      jwks_uri: `${server.url}/keys`,
      userinfo_endpoint: `${server.url}/userinfo`,
    }),
  );
  routes.set('/keys', async (_req, res) => {
    const key = { ...(await exportJWK(keys.publicKey)), kid, use: 'sig', alg: 'RS256' };
    sendJson(res, 200, { keys: [key] });
  });
  routes.set('/userinfo', ({ headers }, res) => {
    const answer = users.get(headers.authorization?.replace('Bearer ', '') ?? '') ?? 401;
    if (typeof answer === 'number') sendJson(res, answer, {});
    else sendJson(res, 200, answer);
  });
  return {
    ...server,
    users,
    hits,
    broken,
    routes,
    async sign(claims = {}, header = {}) {
      const iat = Math.floor(Date.now() / 1_000);
      const usual = {
        iss: server.url,
        aud: AUDIENCE,
        sub: randomUUID(),
        jti: randomUUID(),
        iat,
        exp: iat + 600,
      };
      return await new SignJWT({ ...usual, ...claims })
        .setProtectedHeader({ alg: 'RS256', kid, ...header })
        .sign(keys.privateKey);
    },
    async rotate() {
      keys = await generateKeyPair('RS256');
      kid = randomUUID();
    },
  };
}

export function sendJson(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
