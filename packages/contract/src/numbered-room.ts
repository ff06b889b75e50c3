import { z } from 'zod';
import { clientIdSchema, idSchema, instantSchema, LIMITS } from './primitives.ts';
import { messageTextSchema } from './room-message.ts';

/** What older clients name a room by: small, dense in the tenant. */
export const roomNumberSchema = z.int().min(1).max(2_147_483_647);

/** A room as older clients know it. */
export const numberedRoomSchema = z.object({
  roomId: idSchema,
  number: roomNumberSchema,
  name: z.string(),
  postId: z.string().nullable(),
  createdAt: instantSchema,
  memberCount: z.int(),
  /** Of the room's own messages, threads aside; null: nobody has said anything yet. */
  lastMessageAt: instantSchema.nullable(),
});

/** One of a room's own messages, with its sender in words. */
export const numberedMessageSchema = z.object({
  id: idSchema,
  number: roomNumberSchema,
  text: z.string(),
  /** The sender's e-mail address; null: the agent. */
  sender: z.string().nullable(),
  nickname: z.string(),
  pictureUrl: z.string().nullable(),
  /** Place in the room's log; messages sort by it. */
  seq: z.int(),
  at: instantSchema,
});

export const numberedRoomRefSchema = z.object({ number: roomNumberSchema });
export const findNumberedRoomOutputSchema = z.object({
  roomId: idSchema,
  /** False: a public room that the caller may join. */
  isMember: z.boolean(),
  /** Where `chat.events` goes on from this moment. */
  cursor: z.string(),
});
export const listNumberedRoomsInputSchema = z.object({
  limit: z.int().min(1).max(LIMITS.pageMax).default(LIMITS.pageMax),
});
/** The one that somebody wrote in last comes first. */
export const listNumberedRoomsOutputSchema = z.object({ rooms: z.array(numberedRoomSchema) });
export const getNumberedRoomOutputSchema = z.object({
  room: numberedRoomSchema,
  /** The newest ones, oldest first; without those that were deleted. */
  messages: z.array(numberedMessageSchema),
});
export const createNumberedRoomInputSchema = z.object({
  clientId: clientIdSchema,
  name: z.string().trim().min(1).max(LIMITS.roomNameChars),
  /** A number is taken for its digits. */
  postId: z.union([z.string().min(1).max(200), z.int()]).nullish(),
});
export const postByNumberInputSchema = z.object({
  number: roomNumberSchema,
  text: messageTextSchema.min(1),
  clientId: clientIdSchema,
});

export type NumberedRoom = z.infer<typeof numberedRoomSchema>;
export type NumberedMessage = z.infer<typeof numberedMessageSchema>;
export type NumberedRoomRef = z.infer<typeof numberedRoomRefSchema>;
export type FindNumberedRoomOutput = z.infer<typeof findNumberedRoomOutputSchema>;
export type ListNumberedRoomsInput = z.infer<typeof listNumberedRoomsInputSchema>;
export type ListNumberedRoomsOutput = z.infer<typeof listNumberedRoomsOutputSchema>;
export type GetNumberedRoomOutput = z.infer<typeof getNumberedRoomOutputSchema>;
export type CreateNumberedRoomInput = z.infer<typeof createNumberedRoomInputSchema>;
export type PostByNumberInput = z.infer<typeof postByNumberInputSchema>;
