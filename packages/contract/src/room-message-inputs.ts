import { z } from 'zod';
import { clientIdSchema, idSchema, LIMITS, pageInputSchema } from './primitives.ts';
import { messageTextSchema, roomMessageViewSchema } from './room-message.ts';
import { roomRefSchema } from './room.ts';

const roomRef = roomRefSchema.shape;

export const postMessageInputSchema = z.object({
  ...roomRef,
  /** `@agent` in it asks the agent, which answers where it was asked. May be empty when something is attached. */
  text: messageTextSchema,
  clientId: clientIdSchema,
  /** The message whose thread it belongs to. */
  threadOf: idSchema.optional(),
  mentions: z.array(idSchema).max(LIMITS.mentionsMax).optional(),
  attachmentIds: z.array(idSchema).max(LIMITS.attachmentsMax).optional(),
});
export const postMessageOutputSchema = z.object({
  messageId: idSchema,
  seq: z.int(),
  /** The run that answers it, when the agent was asked. */
  runId: idSchema.nullable(),
});
const messageRef = { ...roomRef, messageId: idSchema };
export const roomMessageRefSchema = z.object(messageRef);
export const editRoomMessageInputSchema = z.object({
  ...messageRef,
  text: messageTextSchema,
  mentions: z.array(idSchema).max(LIMITS.mentionsMax).optional(),
});
export const reactionInputSchema = z.object({
  ...messageRef,
  /** One emoji. */
  emoji: z.string().regex(/^\p{RGI_Emoji}$/v, 'send one emoji'),
});
export const pinInputSchema = z.object({ ...messageRef, isPinned: z.boolean().default(true) });
export const listRoomMessagesInputSchema = z.object({
  ...roomRef,
  limit: z.int().min(1).max(LIMITS.pageMax).default(LIMITS.pageDefault),
  /** Messages older than this `seq`. Give at most one of the three; none: the newest. */
  before: z.int().positive().optional(),
  /** Messages newer than this `seq`. */
  after: z.int().nonnegative().optional(),
  /** This one and those on both sides of it. */
  around: z.int().positive().optional(),
  /** The replies to this message instead of the room's own messages. */
  threadOf: idSchema.optional(),
});
export const listRoomMessagesOutputSchema = z.object({
  /** Oldest first, whichever way was asked. */
  messages: z.array(roomMessageViewSchema),
  hasOlder: z.boolean(),
  hasNewer: z.boolean(),
});
export const listPinsOutputSchema = z.object({ messages: z.array(roomMessageViewSchema) });
export const searchRoomsInputSchema = pageInputSchema.extend({
  /**
   * Words that must all occur, in any letter case; of three letters or more they may be the beginning of a longer one.
   * Korean, Chinese and Japanese is found anywhere, also within words. The first ten count.
   */
  query: z.string().trim().min(1).max(LIMITS.searchChars),
  roomId: idSchema.optional(),
});
export const searchRoomsOutputSchema = z.object({
  /** Newest first. */
  hits: z.array(z.object({ roomId: idSchema, message: roomMessageViewSchema })),
  nextPage: z.string().nullable(),
});
export const markReadInputSchema = z.object({ ...roomRef, seq: z.int().nonnegative() });
export const markReadOutputSchema = z.object({
  readSeq: z.int(),
  headSeq: z.int(),
  unreadCount: z.int(),
  mentionCount: z.int(),
});

export type PostMessageInput = z.infer<typeof postMessageInputSchema>;
export type PostMessageOutput = z.infer<typeof postMessageOutputSchema>;
export type RoomMessageRef = z.infer<typeof roomMessageRefSchema>;
export type EditRoomMessageInput = z.infer<typeof editRoomMessageInputSchema>;
export type ReactionInput = z.infer<typeof reactionInputSchema>;
export type PinInput = z.infer<typeof pinInputSchema>;
export type ListRoomMessagesInput = z.infer<typeof listRoomMessagesInputSchema>;
export type ListRoomMessagesOutput = z.infer<typeof listRoomMessagesOutputSchema>;
export type ListPinsOutput = z.infer<typeof listPinsOutputSchema>;
export type SearchRoomsInput = z.infer<typeof searchRoomsInputSchema>;
export type SearchRoomsOutput = z.infer<typeof searchRoomsOutputSchema>;
export type MarkReadInput = z.infer<typeof markReadInputSchema>;
export type MarkReadOutput = z.infer<typeof markReadOutputSchema>;
