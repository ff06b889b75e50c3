import type { RoomDeciders } from '@aura/contract';
import type { Kysely } from 'kysely';
import { databaseNow } from '../../db/database-now.ts';
import type { Schema } from '../../db/schema.ts';
import { findRoom, type RoomKey, type RoomRow } from './room-store.ts';

type Db = Kysely<Schema>;

/** What owners decide about a room. */
export interface RoomSettings {
  name: string;
  topic: string;
  isPublic: boolean;
  model: string;
  deciders: RoomDeciders;
  hidesArgs: boolean;
  slowModeSeconds: number;
}

/** The model and the title belong to its conversation, whose lock the caller holds as well. */
export async function saveSettings(
  db: Db,
  key: RoomKey,
  { model, ...settings }: RoomSettings,
): Promise<RoomRow> {
  await conversation(db, key).set({ model, title: settings.name, updatedAt: databaseNow }).execute();
  await room(db, key).set(settings).execute();
  return await stored(db, key);
}

export async function setArchived(
  db: Db,
  key: RoomKey,
  { isArchived }: { isArchived: boolean },
): Promise<RoomRow> {
  await room(db, key)
    .set({ archivedAt: isArchived ? databaseNow : null })
    .execute();
  return await stored(db, key);
}

async function stored(db: Db, key: RoomKey): Promise<RoomRow> {
  const row = await findRoom(db, key);
  if (row === undefined) throw new Error('a room that was held is gone');
  return row;
}

const room = (db: Db, { tenantId, roomId }: RoomKey) =>
  db.updateTable('rooms').where('tenantId', '=', tenantId).where('id', '=', roomId);

const conversation = (db: Db, { tenantId, roomId }: RoomKey) =>
  db.updateTable('conversations').where('tenantId', '=', tenantId).where('id', '=', roomId);
