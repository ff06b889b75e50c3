import { createHash, randomBytes, randomUUID } from 'node:crypto';

/** `aura_<id without dashes>_<43 characters of base64url>`: fixed, so that scanners find a key that leaked. */
const FORM = /^aura_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})_([\w-]{43})$/;
const PREFIX = 'aura_';
const SECRET_BYTES = 32;

/** What a key says: which one it claims to be, and the hash (SHA-256) that the stored one must equal. */
export interface ApiKeyClaim {
  id: string;
  hash: Buffer;
}

/** A new key with 256 random bits. Whoever asked for it gets `key`; the database keeps the claim. */
export function issueApiKey(): { key: string; claim: ApiKeyClaim } {
  const id = randomUUID();
  const secret = randomBytes(SECRET_BYTES);
  const key = `${PREFIX}${id.replaceAll('-', '')}_${secret.toString('base64url')}`;
  return { key, claim: { id, hash: hashOf(secret) } };
}

/** True for what is meant to be an API key, good or not; an access token never is. */
export function isApiKey(token: string): boolean {
  return token.startsWith(PREFIX);
}

/** Null for what `issueApiKey` cannot have made. */
export function parseApiKey(token: string): ApiKeyClaim | null {
  const match = FORM.exec(token);
  if (match === null) return null;
  const [, a, b, c, d, e, text = ''] = match;
  const secret = Buffer.from(text, 'base64url');
  // The last character has two spare bits: without this four texts would be the same key.
  if (secret.toString('base64url') !== text) return null;
  return { id: [a, b, c, d, e].join('-'), hash: hashOf(secret) };
}

/** Fast on purpose: there is nothing to guess in 256 random bits, so slowness would only cost us. */
function hashOf(secret: Buffer): Buffer {
  return createHash('sha256').update(secret).digest();
}
