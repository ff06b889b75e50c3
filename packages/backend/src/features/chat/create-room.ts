import { randomUUID } from 'node:crypto';
import type { CreateRoomInput, RoomView } from '@aura/contract';
import { AppError } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { databaseNow } from '../../db/database-now.ts';
import { storableText } from '../../db/json-text.ts';
import { takeTurn } from '../../db/take-turn.ts';
import { type Tx, withTransaction } from '../../db/transaction.ts';
import { createStream } from '../../realtime/create-stream.ts';
import { requestHash } from '../../request-hash.ts';
import { assertKnownModel } from '../agent/agent-policy.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { addMembers } from './add-members.ts';
import { announceInRoom } from './announce-in-room.ts';
import { enterRoom } from './room-access.ts';
import { findRoom, findRoomByClientId, nextRoomNumber } from './room-store.ts';
import { roomView } from './room-view.ts';

/**
 * Makes a room that the caller owns, with the people named in it. The same clientId again answers the room that the first
 * call made, as it is now, to a caller who is still in it; with other contents it is an IDEMPOTENCY_CONFLICT.
 */
export async function createRoom(ctx: CallerContext, input: CreateRoomInput): Promise<RoomView> {
  const { clientId, ...rest } = input;
  const model = input.model ?? ctx.config.model.models[0];
  assertKnownModel(ctx, model);
  const hash = requestHash(rest);
  const { tenantId, userId } = ctx.caller;
  return await withTransaction(ctx, async (tx) => {
    // Numbers are dense, so rooms of a tenant are made one after the other; that also settles the same call twice.
    await takeTurn(tx.db, `aura-rooms:${tenantId}`);
    const earlier = await findRoomByClientId(tx.db, { tenantId, userId, clientId });
    if (earlier !== undefined) {
      if (earlier.requestHash === hash) {
        const { room } = await enterRoom(tx.db, ctx.caller, { roomId: earlier.id });
        return roomView(room);
      }
      throw new AppError('IDEMPOTENCY_CONFLICT', {
        message: 'This clientId was used for another room. Make this one under a new clientId.',
      });
    }
    return await insertRoom(tx, ctx, { input, model, hash });
  });
}

async function insertRoom(
  tx: Tx,
  ctx: CallerContext,
  { input, model, hash }: { input: CreateRoomInput; model: string; hash: string },
): Promise<RoomView> {
  const { tenantId, userId } = ctx.caller;
  const { clientId, name, topic = '', postId = null, userIds = [], model: _, ...rules } = input;
  const roomId = randomUUID();
  await createStream(tx, { id: roomId, tenantId, kind: 'room' });
  await tx.db
    .insertInto('conversations')
    .values({
      id: roomId,
      tenantId,
      userId,
      clientId: `room:${roomId}`,
      requestHash: hash,
      title: storableText(name),
      model,
      whenBusy: 'enqueue',
      whenWaiting: 'enqueue',
      isRoom: true,
      createdAt: databaseNow,
      updatedAt: databaseNow,
    })
    .execute();
  await tx.db
    .insertInto('rooms')
    .values({
      id: roomId,
      tenantId,
      number: await nextRoomNumber(tx.db, tenantId),
      name: storableText(name),
      topic: storableText(topic),
      postId: postId === null ? null : storableText(postId),
      createdBy: userId,
      clientId,
      requestHash: hash,
      createdAt: databaseNow,
      ...rules,
    })
    .execute();
  const place = { tenantId, roomId };
  const owner = await addMembers(tx, place, { userIds: [userId], role: 'owner', invitedBy: null });
  const others = await addMembers(tx, place, { userIds, role: 'member', invitedBy: userId });
  const row = await findRoom(tx.db, place);
  if (row === undefined) throw new Error('a room was not stored');
  const room = roomView(row);
  await writeAudit(tx, ctx, { action: 'chat.room_created', subject: roomId, data: { name: room.name } });
  await announceInRoom(tx, place, {
    events: [{ type: 'room_created', data: { room } }, ...owner.events, ...others.events],
    notices: [...owner.notices, ...others.notices],
  });
  return room;
}
