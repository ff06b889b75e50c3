import type { Role } from '@aura/contract';
import { randomUUID } from 'node:crypto';
import { storableText } from '../../db/json-text.ts';
import type { Tx } from '../../db/transaction.ts';
import { createStream } from '../../realtime/create-stream.ts';
import { insertMembership, insertUser, normalizeEmail } from './member-store.ts';

export interface AddUser {
  userId: string;
  tenantId: string;
  email: string;
  /** Null: there is no password; others vouch for who it is. */
  passwordHash: string | null;
  role: Role;
  nickname: string | null;
  pictureUrl?: string | null;
  tier?: string;
}

/** Adds a user, their membership and the stream that their account's events go to. Answers false when the e-mail is taken. */
export async function addUser(
  tx: Tx,
  { userId, tenantId, role, email, nickname, ...rest }: AddUser,
): Promise<boolean> {
  const storable = {
    email: normalizeEmail(email),
    nickname: nickname === null ? null : storableText(nickname),
  };
  if (!(await insertUser(tx.db, { id: userId, ...storable, ...rest }))) return false;
  const streamId = randomUUID();
  await createStream(tx, { id: streamId, tenantId, kind: 'user' });
  await insertMembership(tx.db, { tenantId, userId, role, streamId });
  return true;
}
