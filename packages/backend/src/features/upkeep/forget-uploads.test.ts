import { randomUUID } from 'node:crypto';
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { createFolderBlobs } from '../../ports/folder-blobs.ts';
import { createTestBackend } from '../../testing/test-backend.ts';
import { listBlobKeys } from '../../testing/list-blob-keys.ts';
import type { TestCaller } from '../../testing/test-caller.ts';
import { createTestFolder } from '../../testing/test-folder.ts';
import { createTestRoom } from '../chat/room-testing.ts';
import { uploadAttachment } from '../chat/upload-attachment.ts';
import { forgetUploads } from './forget-uploads.ts';
import { sweepBlobs } from './sweep-blobs.ts';
import { unhurried } from './upkeep-testing.ts';

const upload = async ({ ctx }: TestCaller, roomId: string): Promise<string> =>
  (await uploadAttachment(ctx, { roomId, name: 'a.txt', bytes: Readable.from([Buffer.from('x')]) })).id;

it('deletes files that were not posted within a day, rows and bytes, and no others', async () => {
  await using test = await createTestBackend({ isStarted: false });
  const { backend } = test;
  const { roomId, owner } = await createTestRoom(backend);
  const [posted, old, fresh] = [
    await upload(owner, roomId),
    await upload(owner, roomId),
    await upload(owner, roomId),
  ];
  await owner.call.chat.postMessage({ roomId, text: '', attachmentIds: [posted], clientId: randomUUID() });
  await sql`update attachments set created_at = created_at - interval '25 hours' where id <> ${fresh}`.execute(
    backend.database.db,
  );
  await Promise.all([forgetUploads(backend, unhurried()), forgetUploads(backend, unhurried())]);
  const rows = await backend.database.db.selectFrom('attachments').select('id').execute();
  expect(rows.map(({ id }) => id).toSorted()).toEqual([posted, fresh].toSorted());
  expect(await backend.blobs.open(old)).toBeNull();
  const kept = await Promise.all([posted, fresh].map(async (id) => await backend.blobs.open(id)));
  for (const bytes of kept) {
    expect(bytes).not.toBeNull();
    bytes?.destroy();
  }
});

it('sweeps bytes whose row never came, once they are a day old, and what has a row never', async () => {
  await using folder = await createTestFolder();
  const blobs = createFolderBlobs(folder.path);
  const crash = { now: false };
  await using test = await createTestBackend({
    isStarted: false,
    overrides: {
      blobs: {
        ...blobs,
        // As if the process had died before it could store the row.
        async put(...args) {
          const stored = await blobs.put(...args);
          if (crash.now) throw new Error('killed');
          return stored;
        },
      },
    },
  });
  const { backend } = test;
  const { roomId, owner } = await createTestRoom(backend);
  const known = await upload(owner, roomId);
  crash.now = true;
  await expect(upload(owner, roomId)).rejects.toThrow('killed');
  crash.now = false;
  const keys = async (): Promise<string[]> => await listBlobKeys(blobs);
  const sweep = async (): Promise<void> => await sweepBlobs(backend, unhurried());
  await sweep();
  expect(await keys()).toHaveLength(2);
  const yesterday = new Date(Date.now() - 90_000_000);
  for (const key of await keys()) await utimes(join(folder.path, key.slice(0, 2), key), yesterday, yesterday);
  await sweepBlobs(backend, AbortSignal.abort());
  expect(await keys()).toHaveLength(2);
  await Promise.all([sweep(), sweep()]);
  expect(await keys()).toEqual([known]);
});
