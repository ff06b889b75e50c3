import type { BlobPort } from '../ports/blobs.ts';

/** Every key there is, sorted; that of a file left half-written too. */
export async function listBlobKeys(blobs: BlobPort): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of blobs.list()) keys.push(key);
  return keys.toSorted();
}
