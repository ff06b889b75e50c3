import type { Kysely } from 'kysely';
import { AppError } from '../../app-error.ts';
import type { Schema } from '../../db/schema.ts';
import type { AttachmentRow } from './room-message-store.ts';

type Db = Kysely<Schema>;

/** Files that a user has brought into a room, in the order of their ids. Throws BAD_INPUT when one is not there. */
export async function findUploads(
  db: Db,
  { tenantId, roomId, userId }: { tenantId: string; roomId: string; userId: string },
  attachmentIds: readonly string[],
): Promise<AttachmentRow[]> {
  if (attachmentIds.length === 0) return [];
  const rows = await db
    .selectFrom('attachments')
    .selectAll()
    .where('tenantId', '=', tenantId)
    .where('roomId', '=', roomId)
    .where('uploadedBy', '=', userId)
    .where('id', 'in', attachmentIds)
    .execute();
  const byId = new Map(rows.map((row) => [row.id, row]));
  return attachmentIds.map((id) => {
    const row = byId.get(id);
    if (row !== undefined) return row;
    throw new AppError('BAD_INPUT', { message: 'A file is not there any more. Attach it again.' });
  });
}

/** Gives files to a message, once. Throws BAD_INPUT when one belongs to another message already. */
export async function attachTo(
  db: Db,
  { messageId, attachmentIds }: { messageId: string; attachmentIds: readonly string[] },
): Promise<void> {
  for (const [position, id] of attachmentIds.entries()) {
    const taken = await db
      .updateTable('attachments')
      .set({ messageId, position })
      .where('id', '=', id)
      .where('messageId', 'is', null)
      .returning('id')
      .executeTakeFirst();
    if (taken === undefined) {
      throw new AppError('BAD_INPUT', { message: 'A file was posted already. Attach it again.' });
    }
  }
}
