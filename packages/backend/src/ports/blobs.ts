import type { Readable } from 'node:stream';

/**
 * Keeps the bytes of files, apart from the database. Keys are ids (`[0-9a-f-]`, at least 8 characters) that nobody chose:
 * a key is written once, and what is under it never changes.
 */
export interface BlobPort {
  /**
   * Stores all of `bytes` under `key`, lasting once it resolves; before that there is nothing under it, whenever the
   * process dies. Rejects with `BlobTooLargeError` as soon as there are more than `maxBytes`, and with what `bytes` fails
   * with; nothing stays then.
   */
  put(key: string, bytes: Readable, limit: { maxBytes: number }): Promise<StoredBlob>;
  /** The bytes; null when there is nothing under this key. The caller reads the stream to its end or destroys it. */
  open(key: string): Promise<Readable | null>;
  /** Nothing happens when there is nothing. */
  delete(key: string): Promise<void>;
  /** Every key, in no order, with when it was stored; what was left half-written too, so that it can be deleted. */
  list(): AsyncIterable<{ key: string; storedAt: Date }>;
}

export interface StoredBlob {
  /** Its size in bytes. */
  bytes: number;
  sha256: Buffer;
}

export class BlobTooLargeError extends Error {
  override name = 'BlobTooLargeError';
}
