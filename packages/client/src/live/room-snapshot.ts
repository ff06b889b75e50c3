import type { RoomEvent, RoomState } from '@aura/contract';
import type { Followed } from './follower.ts';
import type { Pending } from './outbox.ts';
import type { KeptRoomDraft } from './room-draft.ts';

/** A message that was sent and has not shown up in its room yet, also after a reload of the page. */
export type PendingRoomMessage = Pending<KeptRoomDraft>;

export type Departure = Extract<RoomEvent, { type: 'member_left' }>['data']['how'];

/** Older messages that were loaded are in the state's `messages` too. */
export interface RoomSnapshot extends Followed<RoomState> {
  /** What is on its way to the room and to its threads. */
  pending: PendingRoomMessage[];
  isLoadingOlder: boolean;
  /** How far its reader has read, here or as the snapshot knows of; null until it is known. */
  readSeq: number | null;
  /** Place in the log of the newest thing said, in threads too; 0 until it is known. */
  saidSeq: number;
  /** How its reader came to be in it no more; null while they are in it, or when it is not known. */
  departure: Departure | null;
  /** Another one for each snapshot of the room: what was read beside an earlier one may have changed unseen. 0: none yet. */
  snapshotNumber: number;
}

/** A room of which nothing is known yet. */
export const BLANK_ROOM: RoomSnapshot = {
  status: 'loading',
  error: null,
  state: null,
  pending: [],
  isLoadingOlder: false,
  readSeq: null,
  saidSeq: 0,
  departure: null,
  snapshotNumber: 0,
};
