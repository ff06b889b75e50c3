import type { Kysely } from 'kysely';
import { databaseNow } from '../../db/database-now.ts';
import type { Schema } from '../../db/schema.ts';
import type { AttachmentRow } from './room-message-store.ts';
import type { MemberKey } from './room-store.ts';

type Db = Kysely<Schema>;

/** Files that a user has brought into a room, in the order of their ids; fewer when some are not there. */
export async function findUploads(
  db: Db,
  { tenantId, roomId, userId }: MemberKey,
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
  return attachmentIds.flatMap((id) => byId.get(id) ?? []);
}

/** Gives files to a message, once. False: one belongs to another message already, so the transaction must not commit. */
export async function attachTo(
  db: Db,
  { messageId, attachmentIds }: { messageId: string; attachmentIds: readonly string[] },
): Promise<boolean> {
  for (const [position, id] of attachmentIds.entries()) {
    const taken = await db
      .updateTable('attachments')
      .set({ messageId, position })
      .where('id', '=', id)
      .where('messageId', 'is', null)
      .returning('id')
      .executeTakeFirst();
    if (taken === undefined) return false;
  }
  return true;
}

export async function insertUpload(
  db: Db,
  row: Omit<AttachmentRow, 'messageId' | 'position' | 'createdAt'>,
): Promise<AttachmentRow> {
  return await db
    .insertInto('attachments')
    .values({ ...row, messageId: null, createdAt: databaseNow })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Files of a user that were not posted. */
export async function countLooseUploads(
  db: Db,
  { tenantId, userId }: { tenantId: string; userId: string },
): Promise<number> {
  const { count } = await db
    .selectFrom('attachments')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('tenantId', '=', tenantId)
    .where('uploadedBy', '=', userId)
    .where('messageId', 'is', null)
    .executeTakeFirstOrThrow();
  return count;
}

/** A file of a room that the user is in; before it is posted, only who brought it sees it. */
export async function findReadableAttachment(
  db: Db,
  { tenantId, userId, attachmentId }: { tenantId: string; userId: string; attachmentId: string },
): Promise<AttachmentRow | undefined> {
  return await db
    .selectFrom('attachments')
    .innerJoin('roomMembers', 'roomMembers.roomId', 'attachments.roomId')
    .innerJoin('memberships', (join) =>
      join
        .onRef('memberships.tenantId', '=', 'attachments.tenantId')
        .onRef('memberships.userId', '=', 'roomMembers.userId'),
    )
    .innerJoin('users', 'users.id', 'memberships.userId')
    .selectAll('attachments')
    .where('attachments.tenantId', '=', tenantId)
    .where('attachments.id', '=', attachmentId)
    .where('roomMembers.userId', '=', userId)
    .where('memberships.removedAt', 'is', null)
    .where('users.isActive', '=', true)
    .where((eb) => eb.or([eb('messageId', 'is not', null), eb('uploadedBy', '=', userId)]))
    .executeTakeFirst();
}
