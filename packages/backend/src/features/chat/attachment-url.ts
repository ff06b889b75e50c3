import type { AttachmentRef, AttachmentUrlOutput } from '@aura/contract';
import { notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { findReadableAttachment } from './attachment-store.ts';

/**
 * An address of a file that works without a token, for five to ten minutes, for what cannot send one (`<img>`, a download
 * link). Throws NOT_FOUND as reading the file does.
 */
export async function attachmentUrl(
  ctx: CallerContext,
  { attachmentId }: AttachmentRef,
): Promise<AttachmentUrlOutput> {
  const { tenantId, userId } = ctx.caller;
  const grant = { tenantId, userId, attachmentId };
  const row = await withTransaction(ctx, async ({ db }) => await findReadableAttachment(db, grant));
  if (row === undefined) throw notFound('attachment');
  const { url, expiresAt } = ctx.attachmentUrls.sign(grant);
  return { url, expiresAt: expiresAt.toISOString() };
}
