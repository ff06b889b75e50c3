import { createHash } from 'node:crypto';
import type { BackendConfig } from './config.ts';

/** The deployment's secrets: the first signs and seals, and what any of them signed or sealed is accepted. */
export type SecretRing = readonly [string, ...string[]];

const MIN_BYTES = 32;

/** Throws when one of them has fewer than 32 bytes. */
export function secretRing({
  jwtSecret,
  previousJwtSecrets = [],
}: Pick<BackendConfig, 'jwtSecret' | 'previousJwtSecrets'>): SecretRing {
  const secrets = [jwtSecret, ...previousJwtSecrets];
  if (secrets.some((secret) => Buffer.byteLength(secret) < MIN_BYTES)) {
    throw new Error('A secret that signs tokens needs at least 32 bytes.');
  }
  return [jwtSecret, ...previousJwtSecrets.filter((secret) => secret !== jwtSecret)];
}

/** Names a secret in the header of what it signed (`kid`), and tells nothing else of it. */
export function secretId(secret: string): string {
  return createHash('sha256').update(`aura key id v1\n${secret}`).digest('base64url').slice(0, 11);
}
