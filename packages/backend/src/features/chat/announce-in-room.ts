import type { AccountEvent, RoomEvent } from '@aura/contract';
import type { Tx } from '../../db/transaction.ts';
import { type Append, append } from '../../realtime/append.ts';
import type { StreamEvent, Unplaced } from '../../realtime/event.ts';
import { mirrorEvents } from '../conversation/announce-conversation.ts';
import { findStreamIds, type RoomKey } from './room-store.ts';

/** Something that a member's own devices are told, besides what everybody in the room sees. */
export interface MemberNotice {
  userId: string;
  event: Unplaced<AccountEvent>;
}

/**
 * Appends to a room's stream, those of the members `notices` are for, and others (`appends`), in the caller's transaction
 * and last in it. Answers the room's events as they were stored.
 */
export async function announceInRoom(
  tx: Tx,
  { tenantId, roomId }: RoomKey,
  {
    events,
    notices = [],
    appends = [],
  }: {
    events: readonly Unplaced<RoomEvent>[];
    notices?: readonly MemberNotice[] | undefined;
    appends?: readonly Append[] | undefined;
  },
): Promise<StreamEvent[]> {
  const streams = await findStreamIds(tx.db, { tenantId, userIds: notices.map(({ userId }) => userId) });
  const told = notices.flatMap(({ userId, event }): Append[] => {
    const streamId = streams.get(userId);
    return streamId === undefined ? [] : [{ streamId, events: [event] }];
  });
  const [stored = []] = await append(tx, [{ streamId: roomId, events }, ...told, ...appends]);
  // Among them may be how runs ended, with what they had said.
  await mirrorEvents(tx, { id: roomId, tenantId }, stored);
  return stored;
}
