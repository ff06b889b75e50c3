import { AGENT_NAME, type NumberedMessage, type NumberedRoom } from '@aura/contract';
import type { NumberedRoomRow, SenderRow } from './numbered-room-store.ts';

export function numberedRoomView(row: NumberedRoomRow): NumberedRoom {
  return {
    roomId: row.id,
    number: row.number,
    name: row.name,
    postId: row.postId,
    createdAt: row.createdAt.toISOString(),
    memberCount: row.memberCount,
    lastMessageAt: row.lastMessageAt?.toISOString() ?? null,
  };
}

/** A message as it is stored, or as the event that tells of it has it. */
export interface SaidMessage {
  id: string;
  text: string;
  /** As it was when this was said; null: the agent. */
  authorName: string | null;
  seq: number;
  /** ISO 8601. */
  at: string;
}

/** `sender`: null for the agent. */
export function numberedMessageView(
  { id, text, authorName, seq, at }: SaidMessage,
  number: number,
  sender: SenderRow | null,
): NumberedMessage {
  return {
    id,
    number,
    text,
    sender: sender?.email ?? null,
    nickname: authorName ?? sender?.nickname ?? AGENT_NAME,
    pictureUrl: sender?.pictureUrl ?? null,
    seq,
    at,
  };
}
