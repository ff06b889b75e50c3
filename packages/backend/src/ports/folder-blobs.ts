import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, opendir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { type BlobPort, BlobTooLargeError, type StoredBlob } from './blobs.ts';

const KEY = /^[0-9a-f][0-9a-f-]{7,63}$/;
/** A draft's name: the key it is to have, and which try it is of. */
const DRAFT = /^([0-9a-f-]+)\.[0-9a-f-]+\.draft$/;

/**
 * Blobs as files of a folder, which is made when the first one comes: `ab/ab12…`. A file is written under another name,
 * flushed and renamed, so that after a crash there is all of it or nothing. Several nodes may share the folder.
 */
export function createFolderBlobs(folder: string): BlobPort {
  const pathOf = (key: string): string => {
    // Keys are ours, and still: no key may ever name a file outside.
    if (!KEY.test(key)) throw new Error('not a key of a blob');
    return join(folder, key.slice(0, 2), key);
  };
  return {
    async put(key, bytes, limit) {
      const path = pathOf(key);
      const draft = `${path}.${randomUUID()}.draft`;
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      try {
        const stored = await writeDraft(draft, bytes, limit);
        await rename(draft, path);
        await flushFolder(dirname(path));
        return stored;
      } catch (err) {
        await rm(draft, { force: true });
        throw err;
      }
    },
    async open(key) {
      const file = await open(pathOf(key)).catch(nullIfMissing);
      return file?.createReadStream() ?? null;
    },
    async delete(key) {
      await rm(pathOf(key), { force: true });
      await deleteDrafts(dirname(pathOf(key)), key);
    },
    async *list() {
      for await (const shelf of entries(folder)) {
        for await (const name of entries(join(folder, shelf))) {
          const key = DRAFT.exec(name)?.[1] ?? name;
          const found = await stat(join(folder, shelf, name)).catch(nullIfMissing);
          if (found !== null && KEY.test(key)) yield { key, storedAt: found.mtime };
        }
      }
    },
  };
}

async function writeDraft(
  path: string,
  source: Readable,
  { maxBytes }: { maxBytes: number },
): Promise<StoredBlob> {
  const hash = createHash('sha256');
  let bytes = 0;
  const file = await open(path, 'wx', 0o600);
  try {
    // Not destroyed when this ends early: with an upload's connection its answer would be lost.
    for await (const chunk of source.iterator({ destroyOnReturn: false })) {
      if (!(chunk instanceof Uint8Array)) throw new Error('a blob is made of bytes');
      bytes += chunk.byteLength;
      if (bytes > maxBytes) throw new BlobTooLargeError(`more than ${maxBytes} bytes`);
      hash.update(chunk);
      await file.writeFile(chunk);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { bytes, sha256: hash.digest() };
}

/** A rename lasts only once its folder is on the disk. */
async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function deleteDrafts(folder: string, key: string): Promise<void> {
  for await (const name of entries(folder)) {
    if (DRAFT.exec(name)?.[1] === key) await rm(join(folder, name), { force: true });
  }
}

async function* entries(folder: string): AsyncGenerator<string, void, undefined> {
  const opened = await opendir(folder).catch(nullIfMissing);
  if (opened === null) return;
  for await (const { name } of opened) yield name;
}

function nullIfMissing(err: unknown): null {
  if (err instanceof Error && 'code' in err && (err.code === 'ENOENT' || err.code === 'ENOTDIR')) return null;
  throw err;
}
