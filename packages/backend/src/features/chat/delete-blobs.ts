import type { Core } from '../../context.ts';

/**
 * Deletes the bytes of files whose rows are gone, after that was committed. Never throws: what is left has no row, so
 * nobody can ask for it, and the sweep finds it.
 */
export async function deleteBlobs(
  { blobs, log }: Pick<Core, 'blobs' | 'log'>,
  attachmentIds: readonly string[],
): Promise<void> {
  for (const id of attachmentIds) {
    await blobs
      .delete(id)
      .catch((err: unknown) => log.warn({ err, attachmentId: id }, 'a file stays behind'));
  }
}
