import type { Readable } from 'node:stream';
import type { AttachmentRef, AttachmentView } from '@aura/contract';
import { AppError, notFound } from '../../app-error.ts';
import type { CallerContext, RequestContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import type { AttachmentGrant } from './attachment-urls.ts';
import { findReadableAttachment } from './attachment-store.ts';
import { attachmentView } from './room-message-view.ts';

export interface OpenedAttachment {
  file: AttachmentView;
  bytes: Readable;
}

/** A file, for who is in its room; not posted yet, for who brought it. Throws NOT_FOUND for everybody else. */
export async function openAttachment(
  ctx: CallerContext,
  { attachmentId }: AttachmentRef,
): Promise<OpenedAttachment> {
  return await open(ctx, { ...ctx.caller, attachmentId });
}

/**
 * As `openAttachment`, by an address that `chat.attachmentUrl` made, for who asked for that, as long as they may see the
 * file. Throws UNAUTHORIZED when the address is not good, or not any more.
 */
export async function openSignedAttachment(
  ctx: RequestContext,
  { attachmentId, signature }: AttachmentRef & { signature: string },
): Promise<OpenedAttachment> {
  const grant = ctx.attachmentUrls.verify(attachmentId, signature);
  if (grant !== null) return await open(ctx, grant);
  throw new AppError('UNAUTHORIZED', {
    message: 'This address is not good any more. Ask chat.attachmentUrl for a new one.',
  });
}

async function open(ctx: RequestContext, grant: AttachmentGrant): Promise<OpenedAttachment> {
  const row = await withTransaction(
    { ...ctx, caller: grant },
    async ({ db }) => await findReadableAttachment(db, grant),
  );
  if (row === undefined) throw notFound('attachment');
  const bytes = await ctx.blobs.open(row.id);
  if (bytes === null) {
    ctx.log.error({ attachmentId: row.id }, 'a file is not where it was stored');
    throw notFound('attachment');
  }
  return { file: attachmentView(row), bytes };
}
