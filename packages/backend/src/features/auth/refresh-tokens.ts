import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { SecretRing } from '../../secret-ring.ts';

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
  /** The token of that generation that has this hash, whichever secret it was made with; null when there is none. */
  reissue(claims: RefreshClaims, hash: Uint8Array): string | null;
  /** What the database keeps instead of the token (SHA-256). */
  hash(token: string): Buffer;
  /** Null for anything that `issue` did not make. Says nothing about whether the session still lives. */
  parse(token: string): RefreshClaims | null;
}

const PREFIX = 'ar1_';
const ID_BYTES = 16;
const BODY_BYTES = ID_BYTES + 4;
const TOKEN_BYTES = BODY_BYTES + 32;

/** The secrets may be those that sign access tokens: the keys used here are derived and good for nothing else. */
export function createRefreshTokens({ secrets }: { secrets: SecretRing }): RefreshTokens {
  const keyOf = (secret: string): Buffer =>
    Buffer.from(hkdfSync('sha256', secret, '', 'aura refresh token v1', 32));
  const current = keyOf(secrets[0]);
  const keys = secrets.map(keyOf);
  const tokenOf = ({ sessionId, generation }: RefreshClaims, key: Buffer): string => {
    const body = Buffer.alloc(BODY_BYTES);
    body.write(sessionId.replaceAll('-', ''), 'hex');
    body.writeUInt32BE(generation, ID_BYTES);
    return PREFIX + Buffer.concat([body, macOf(body, key)]).toString('base64url');
  };

  return {
    issue: (claims) => tokenOf(claims, current),
    reissue(claims, hash) {
      const tokens = keys.map((key) => tokenOf(claims, key));
      return tokens.find((token) => timingSafeEqual(hashOf(token), hash)) ?? null;
    },
    hash: hashOf,
    parse(token) {
      if (!token.startsWith(PREFIX)) return null;
      const text = token.slice(PREFIX.length);
      const bytes = Buffer.from(text, 'base64url');
      if (bytes.length !== TOKEN_BYTES || bytes.toString('base64url') !== text) return null;
      const body = bytes.subarray(0, BODY_BYTES);
      const mac = bytes.subarray(BODY_BYTES);
      if (!keys.some((key) => timingSafeEqual(mac, macOf(body, key)))) return null;
      return { sessionId: uuidText(body), generation: body.readUInt32BE(ID_BYTES) };
    },
  };
}

function macOf(body: Buffer, key: Buffer): Buffer {
  return createHmac('sha256', key).update(body).digest();
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function uuidText(bytes: Buffer): string {
  const hex = bytes.toString('hex', 0, ID_BYTES);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
