import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** Which use of which session a refresh token stands for. */
export interface RefreshClaims {
  sessionId: string;
  /** From 1; one more at every rotation. */
  generation: number;
}

/** Makes and reads the opaque tokens that are traded for a new pair. */
export interface RefreshTokens {
  /** The token of that generation: always the same one, so the successor of a used token can be sent again. */
  issue(claims: RefreshClaims): string;
  /** What the database keeps instead of the token (SHA-256). */
  hash(token: string): Buffer;
  /** Null for anything that `issue` did not make. Says nothing about whether the session still lives. */
  parse(token: string): RefreshClaims | null;
}

const PREFIX = 'ar1_';
const ID_BYTES = 16;
const BODY_BYTES = ID_BYTES + 4;
const TOKEN_BYTES = BODY_BYTES + 32;

/** `secret` may be the one that signs access tokens: the key used here is derived from it and good for nothing else. */
export function createRefreshTokens({ secret }: { secret: string }): RefreshTokens {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'aura refresh token v1', 32));
  const macOf = (body: Buffer): Buffer => createHmac('sha256', key).update(body).digest();

  return {
    issue({ sessionId, generation }) {
      const body = Buffer.alloc(BODY_BYTES);
      body.write(sessionId.replaceAll('-', ''), 'hex');
      body.writeUInt32BE(generation, ID_BYTES);
      return PREFIX + Buffer.concat([body, macOf(body)]).toString('base64url');
    },
    hash: (token) => createHash('sha256').update(token).digest(),
    parse(token) {
      if (!token.startsWith(PREFIX)) return null;
      const text = token.slice(PREFIX.length);
      const bytes = Buffer.from(text, 'base64url');
      if (bytes.length !== TOKEN_BYTES || bytes.toString('base64url') !== text) return null;
      const body = bytes.subarray(0, BODY_BYTES);
      if (!timingSafeEqual(bytes.subarray(BODY_BYTES), macOf(body))) return null;
      return { sessionId: uuidText(body), generation: body.readUInt32BE(ID_BYTES) };
    },
  };
}

function uuidText(bytes: Buffer): string {
  const hex = bytes.toString('hex', 0, ID_BYTES);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
