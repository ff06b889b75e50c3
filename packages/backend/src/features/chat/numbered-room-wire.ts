import {
  getNumberedRoomOutputSchema,
  idSchema,
  instantSchema,
  listNumberedRoomsOutputSchema,
  type NumberedMessage,
  numberedMessageSchema,
  type NumberedRoom,
  numberedRoomSchema,
  roomNumberSchema,
} from '@aura/contract';
import { z } from 'zod';
import { answerAs, type RestAnswer } from '../../trpc/rest-route.ts';

/** A room in the words of older clients. */
const roomWireSchema = z.object({
  id: roomNumberSchema,
  name: z.string(),
  post_id: z.string().nullable(),
  created_at: instantSchema,
  member_count: z.int(),
  last_message_at: instantSchema.nullable(),
});

const messageWireSchema = z.object({
  id: idSchema,
  room: roomNumberSchema,
  message: z.string(),
  sender: z.string().nullable(),
  nickname: z.string(),
  profile_picture_url: z.string().nullable(),
  seq: z.int(),
  at: instantSchema,
});

const roomWire = (room: NumberedRoom): z.input<typeof roomWireSchema> => ({
  id: room.number,
  name: room.name,
  post_id: room.postId,
  created_at: room.createdAt,
  member_count: room.memberCount,
  last_message_at: room.lastMessageAt,
});

/** A message in the words of older clients, over REST and on the chat socket. */
export function messageWire(message: NumberedMessage): z.input<typeof messageWireSchema> {
  const { id, number, text, sender, nickname, pictureUrl, seq, at } = message;
  return { id, room: number, message: text, sender, nickname, profile_picture_url: pictureUrl, seq, at };
}

export const roomAnswer: RestAnswer = answerAs(numberedRoomSchema, roomWireSchema, roomWire);

export const roomsAnswer: RestAnswer = answerAs(
  listNumberedRoomsOutputSchema,
  z.array(roomWireSchema),
  ({ rooms }) => rooms.map(roomWire),
);

export const roomWithMessagesAnswer: RestAnswer = answerAs(
  getNumberedRoomOutputSchema,
  roomWireSchema.extend({ messages: z.array(messageWireSchema) }),
  ({ room, messages }) => ({ ...roomWire(room), messages: messages.map(messageWire) }),
);

export const messageAnswer: RestAnswer = answerAs(numberedMessageSchema, messageWireSchema, messageWire);
