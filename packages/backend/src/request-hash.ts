import { createHash } from 'node:crypto';

/** A fingerprint of what a call asked for, to tell a repeated call from another one under the same clientId. */
export function requestHash(request: unknown): string {
  return createHash('sha256').update(JSON.stringify(request)).digest('base64url');
}
