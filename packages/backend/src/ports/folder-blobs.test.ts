import { spawn } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { listBlobKeys } from '../testing/list-blob-keys.ts';
import { createTestFolder } from '../testing/test-folder.ts';
import { type BlobPort, BlobTooLargeError } from './blobs.ts';
import { createFolderBlobs } from './folder-blobs.ts';

const LIMIT = { maxBytes: 1_000_000 };

const read = async (blobs: BlobPort, key: string): Promise<Buffer | null> => {
  const opened = await blobs.open(key);
  return opened === null ? null : await buffer(opened);
};
/** All files, with their folders. */
const filesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true })).filter((name) => name.includes('/'));

it('gives back what was put, says how much and what it was, and deletes it', async () => {
  await using folder = await createTestFolder();
  const blobs = createFolderBlobs(join(folder.path, 'not', 'there yet'));
  const [key, empty] = [randomUUID(), randomUUID()];
  const bytes = randomBytes(300_000);
  expect(await listBlobKeys(blobs)).toEqual([]);
  expect(await blobs.put(key, Readable.from([bytes.subarray(0, 7), bytes.subarray(7)]), LIMIT)).toEqual({
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest(),
  });
  expect(await blobs.put(empty, Readable.from([]), LIMIT)).toMatchObject({ bytes: 0 });
  expect(await read(blobs, key)).toEqual(bytes);
  expect(await read(blobs, empty)).toEqual(Buffer.alloc(0));
  expect(await listBlobKeys(blobs)).toEqual([key, empty].toSorted());
  await Promise.all([blobs.delete(key), blobs.delete(key), blobs.delete(randomUUID())]);
  expect(await read(blobs, key)).toBeNull();
  expect(await listBlobKeys(blobs)).toEqual([empty]);
});

it('leaves nothing of what is too large or breaks off, and its source alone', async () => {
  await using folder = await createTestFolder();
  const blobs = createFolderBlobs(folder.path);
  let given = 0;
  const endless = new Readable({
    read() {
      given += 1_000;
      this.push(Buffer.alloc(1_000));
    },
  });
  await expect(blobs.put(randomUUID(), endless, { maxBytes: 50_000 })).rejects.toThrow(BlobTooLargeError);
  expect(endless.destroyed).toBe(false);
  expect(given).toBeLessThan(200_000);
  const broken = Readable.from(
    (function* () {
      yield Buffer.from('half');
      throw new Error('cable cut');
    })(),
  );
  await expect(blobs.put(randomUUID(), broken, LIMIT)).rejects.toThrow('cable cut');
  expect(await filesIn(folder.path)).toEqual([]);
});

it('takes no key that could name a file elsewhere', async () => {
  await using folder = await createTestFolder();
  await writeFile(join(folder.path, 'secret'), 'x');
  const blobs = createFolderBlobs(join(folder.path, 'blobs'));
  for (const key of [
    '../secret',
    'aa/../../secret',
    '/etc/passwd',
    '',
    '..',
    'aaaaaaaa/b',
    'aaaaaaaa\0',
    'ABCDEFGHI',
  ]) {
    await expect(blobs.open(key)).rejects.toThrow('not a key');
    await expect(blobs.delete(key)).rejects.toThrow('not a key');
    await expect(blobs.put(key, Readable.from(['x']), LIMIT)).rejects.toThrow('not a key');
  }
  expect((await stat(join(folder.path, 'secret'))).size).toBe(1);
});

it('has nothing under a key while it is written, and after the writer was killed something to sweep', async () => {
  await using folder = await createTestFolder();
  const key = randomUUID();
  const script = `
    import { Readable } from 'node:stream';
    import { createFolderBlobs } from ${JSON.stringify(new URL('./folder-blobs.ts', import.meta.url).href)};
    setInterval(() => {}, 1_000);
    const slow = new Readable({ read() {} });
    slow.push(Buffer.alloc(100_000));
    await createFolderBlobs(${JSON.stringify(folder.path)}).put('${key}', slow, { maxBytes: 1e9 });`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'ignore' });
  const exited = once(child, 'exit');
  try {
    await expect.poll(async () => (await filesIn(folder.path)).length, { timeout: 10_000 }).toBe(1);
  } finally {
    child.kill('SIGKILL');
    await exited;
  }
  const blobs = createFolderBlobs(folder.path);
  expect(await blobs.open(key)).toBeNull();
  expect(await listBlobKeys(blobs)).toEqual([key]);
  await blobs.delete(key);
  expect(await filesIn(folder.path)).toEqual([]);
});
