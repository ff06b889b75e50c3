import type { AuthResult, ErrorCode, IdentityView } from '@aura/contract';
import { randomUUID } from 'node:crypto';

/** Fails a call with one of our codes; the router's error formatter puts it on the wire. */
export class WireError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode) {
    super(code);
    this.code = code;
  }
}

interface WireSession {
  identity: IdentityView;
  refreshToken: string;
  isRevoked: boolean;
}

/** Logins in memory. Stricter than a real server: a refresh token used twice ends the session, without any grace. */
export class WireAuth {
  readonly sessions = new Map<string, WireSession>();
  /** How long new access tokens live, in seconds. */
  lifetimeS = 900;
  /** What the server's clock is off from this machine's, in seconds. */
  clockOffsetS = 0;
  refreshes = 0;
  readonly #accessTokens = new Map<string, { sessionId: string; endsAt: number }>();

  login(email: string, tenantId: string = randomUUID()): AuthResult {
    const sessionId = randomUUID();
    const role = 'user';
    const identity: IdentityView = {
      user: {
        id: randomUUID(),
        email,
        nickname: null,
        pictureUrl: null,
        tier: 'free',
        createdAt: new Date().toISOString(),
      },
      tenantId,
      tenantName: 'Test',
      role,
      sessionId,
      memberships: [{ tenantId, tenantName: 'Test', role }],
    };
    return this.#issue(sessionId, identity);
  }

  refresh(refreshToken: string): AuthResult {
    this.refreshes += 1;
    const [sessionId = ''] = refreshToken.split('.');
    const session = this.sessions.get(sessionId);
    if (session === undefined || session.isRevoked) throw new WireError('REFRESH_INVALID');
    if (session.refreshToken !== refreshToken) {
      session.isRevoked = true;
      throw new WireError('REFRESH_REUSED');
    }
    return this.#issue(sessionId, session.identity);
  }

  /** The session that a token stands for, or an error with the code a server would give. */
  verify(accessToken: string | undefined): IdentityView {
    const token = accessToken === undefined ? undefined : this.#accessTokens.get(accessToken);
    if (token === undefined || token.endsAt <= Date.now()) throw new WireError('UNAUTHORIZED');
    const session = this.sessions.get(token.sessionId);
    if (session === undefined || session.isRevoked) throw new WireError('SESSION_REVOKED');
    return session.identity;
  }

  /** Makes every access token given so far worthless, as if its time had come. */
  expireAccessTokens(): void {
    this.#accessTokens.clear();
  }

  revoke(sessionId: string): void {
    const session = this.sessions.get(sessionId);
    if (session !== undefined) session.isRevoked = true;
  }

  #issue(sessionId: string, identity: IdentityView): AuthResult {
    const refreshToken = `${sessionId}.${randomUUID()}`;
    this.sessions.set(sessionId, { identity, refreshToken, isRevoked: false });
    const now = Date.now() + this.clockOffsetS * 1_000;
    const iat = Math.floor(now / 1_000);
    const claims = { iat, exp: iat + this.lifetimeS, jti: randomUUID() };
    const accessToken = `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;
    this.#accessTokens.set(accessToken, { sessionId, endsAt: Date.now() + this.lifetimeS * 1_000 });
    return {
      accessToken,
      accessExpiresAt: new Date(now + this.lifetimeS * 1_000).toISOString(),
      refreshToken,
      refreshExpiresAt: new Date(now + 86_400_000).toISOString(),
      identity,
    };
  }
}
