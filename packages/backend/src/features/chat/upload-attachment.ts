import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { type AttachmentView, LIMITS } from '@aura/contract';
import { AppError } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { takeTurn } from '../../db/take-turn.ts';
import { type Tx, withTransaction } from '../../db/transaction.ts';
import { BlobTooLargeError, type StoredBlob } from '../../ports/blobs.ts';
import { attachmentMediaType, attachmentName } from './attachment-name.ts';
import { countLooseUploads, insertUpload } from './attachment-store.ts';
import { deleteBlobs } from './delete-blobs.ts';
import { assertMayWrite, enterRoom } from './room-access.ts';
import { attachmentView } from './room-message-view.ts';

export interface Upload {
  roomId: string;
  name: string;
  mediaType?: string | undefined;
  bytes: Readable;
  /** What the sender says of its size; undefined: nothing. */
  byteCount?: number | undefined;
}

/**
 * Brings a file into a room, to be posted with a message within a day. Throws what posting throws, PAYLOAD_TOO_LARGE
 * before more than that has been read, and TOO_MANY_REQUESTS when too many of the caller's files wait to be posted. The
 * bytes come first and the row after: what dies in between leaves bytes that nobody can name and the sweep deletes.
 */
export async function uploadAttachment(ctx: CallerContext, upload: Upload): Promise<AttachmentView> {
  const { roomId } = upload;
  await withTransaction(ctx, async (tx) => await assertMayUpload(tx, ctx, roomId));
  if (upload.byteCount !== undefined && upload.byteCount > LIMITS.attachmentBytes) throw tooLarge();
  const id = randomUUID();
  const stored = await store(ctx, { id, bytes: upload.bytes });
  try {
    return await withTransaction(ctx, async (tx) => {
      await takeTurn(tx.db, `aura-uploads:${ctx.caller.userId}`);
      await assertMayUpload(tx, ctx, roomId);
      const row = await insertUpload(tx.db, {
        id,
        tenantId: ctx.caller.tenantId,
        roomId,
        uploadedBy: ctx.caller.userId,
        name: attachmentName(upload.name),
        mediaType: attachmentMediaType(upload.mediaType),
        ...stored,
      });
      return attachmentView(row);
    });
  } catch (err) {
    // Unless the outcome is not known: then there may be a row, which must keep its bytes.
    if (err instanceof AppError) await deleteBlobs(ctx, [id]);
    throw err;
  }
}

async function assertMayUpload(tx: Tx, ctx: CallerContext, roomId: string): Promise<void> {
  await assertMayWrite(tx.db, await enterRoom(tx.db, ctx.caller, { roomId, hold: 'member' }));
  if ((await countLooseUploads(tx.db, ctx.caller)) < LIMITS.looseUploads) return;
  throw new AppError('TOO_MANY_REQUESTS', {
    message: `${LIMITS.looseUploads} of your files wait to be posted. Post them; those that are not go after a day.`,
  });
}

async function store(
  { blobs }: Pick<CallerContext, 'blobs'>,
  { id, bytes }: { id: string; bytes: Readable },
): Promise<StoredBlob> {
  try {
    return await blobs.put(id, bytes, { maxBytes: LIMITS.attachmentBytes });
  } catch (err) {
    if (err instanceof BlobTooLargeError) throw tooLarge(err);
    if (err !== bytes.errored) throw err;
    throw new AppError('BAD_INPUT', { message: 'The upload broke off. Send the file again.', cause: err });
  }
}

function tooLarge(cause?: unknown): AppError {
  return new AppError('PAYLOAD_TOO_LARGE', {
    message: `A file has ${LIMITS.attachmentBytes} bytes at most.`,
    cause,
  });
}
