import { z } from 'zod';
import { idSchema, instantSchema, LIMITS } from './primitives.ts';

export const messageTextSchema = z.string().trim().max(LIMITS.messageChars);

export const attachmentViewSchema = z.object({
  id: idSchema,
  name: z.string(),
  mediaType: z.string(),
  /** Its size in bytes. */
  bytes: z.int(),
});
export type AttachmentView = z.infer<typeof attachmentViewSchema>;

export const reactionViewSchema = z.object({
  emoji: z.string(),
  /** In the order they came. */
  userIds: z.array(idSchema),
});
export type ReactionView = z.infer<typeof reactionViewSchema>;

export const roomMessageViewSchema = z.object({
  id: idSchema,
  /** Null: the agent. */
  authorId: idSchema.nullable(),
  /** As it was when this was said. */
  authorName: z.string(),
  /** What its sender called it, so that the sender knows it again; null for the agent's. */
  clientId: z.string().nullable(),
  /** Empty once it was deleted. */
  text: z.string(),
  /** The message it is a reply to; null: one of the room's own. */
  threadOf: idSchema.nullable(),
  mentions: z.array(idSchema),
  attachments: z.array(attachmentViewSchema),
  /** By emoji. */
  reactions: z.array(reactionViewSchema),
  replyCount: z.int(),
  lastReplyAt: instantSchema.nullable(),
  /** The run that answers it, or that said it. */
  runId: idSchema.nullable(),
  /** False: an answer that broke off. */
  isComplete: z.boolean(),
  /** Place in the room's log; messages sort by it. */
  seq: z.int(),
  createdAt: instantSchema,
  editedAt: instantSchema.nullable(),
  deletedAt: instantSchema.nullable(),
});
export type RoomMessageView = z.infer<typeof roomMessageViewSchema>;
