import { hash } from 'node:crypto';

/** A fingerprint of what a call asked for, to tell a repeated call from another one under the same clientId. */
export function requestHash(request: unknown): string {
  return hash('sha256', JSON.stringify(request), 'base64url');
}
