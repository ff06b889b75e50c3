import { createHash } from 'node:crypto';

/** What the first link of a chain follows. */
export const CHAIN_START = Buffer.alloc(32);

/** The hash (SHA-256) of a link: of the one before it, and of its entry's spelling. */
export function chainHash(previous: Uint8Array, text: string): Buffer {
  return createHash('sha256').update(previous).update(text).digest();
}
