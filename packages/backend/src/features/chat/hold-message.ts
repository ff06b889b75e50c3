import type { RoomMessageRef } from '@aura/contract';
import { AppError, notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import type { Tx } from '../../db/transaction.ts';
import { assertMayWrite, enterRoom, type RoomAccess } from './room-access.ts';
import { lockMessage, type RoomMessageRow } from './room-message-store.ts';

export interface HeldMessage extends RoomAccess {
  message: RoomMessageRow;
}

/**
 * A message for somebody who is about to change something of it. Until the transaction ends nothing else about it changes,
 * nobody removes the caller, and the room stays as it is. Throws NOT_FOUND when there is no such room or message.
 */
export async function holdMessage(
  tx: Tx,
  { caller }: Pick<CallerContext, 'caller'>,
  { roomId, messageId }: RoomMessageRef,
): Promise<HeldMessage> {
  const { tenantId } = caller;
  const { room, me } = await enterRoom(tx.db, caller, { roomId, hold: 'member' });
  const message = await lockMessage(tx.db, { tenantId, roomId, messageId });
  if (message === undefined) throw notFound('message');
  return { room, me, message };
}

/** As `holdMessage`, for what only those may do who may write, and only to a message that is not deleted. */
export async function holdLiveMessage(
  tx: Tx,
  ctx: Pick<CallerContext, 'caller'>,
  ref: RoomMessageRef,
): Promise<HeldMessage> {
  const held = await holdMessage(tx, ctx, ref);
  await assertLive(tx, held);
  return held;
}

export async function assertLive({ db }: Tx, { message, ...access }: HeldMessage): Promise<void> {
  await assertMayWrite(db, access);
  if (message.deletedAt === null) return;
  throw new AppError('CONFLICT', { message: 'This message was deleted. It cannot be changed any more.' });
}
