import { z } from 'zod';
import {
  clientIdSchema,
  idSchema,
  instantSchema,
  LIMITS,
  pageInputSchema,
  resumeSchema,
} from './primitives.ts';

/** `owner`: everything. `moderator`: other people's messages, members and pins. `member`: their own messages. */
export const roomRoleSchema = z.enum(['owner', 'moderator', 'member']);
export type RoomRole = z.infer<typeof roomRoleSchema>;

/** Who decides what an agent asks in a room: any member, owners and moderators, or whoever asked the agent. */
export const roomDecidersSchema = z.enum(['members', 'moderators', 'asker']);
export type RoomDeciders = z.infer<typeof roomDecidersSchema>;

export const roomViewSchema = z.object({
  id: idSchema,
  /** Small, dense in the tenant, for people and older clients. */
  number: z.int().positive(),
  name: z.string(),
  topic: z.string(),
  /** Everybody in the tenant but guests finds it and may join; a private one is by invitation and otherwise unknown. */
  isPublic: z.boolean(),
  /** What it is about elsewhere: the id of a post, a ticket. */
  postId: z.string().nullable(),
  /** The model that `@agent` answers with. */
  model: z.string(),
  deciders: roomDecidersSchema,
  /** Only those who may decide see what tool calls are made with and what comes of them. */
  hidesArgs: z.boolean(),
  /** A member waits so long between two messages; owners and moderators do not. 0: off. */
  slowModeSeconds: z.int(),
  createdBy: idSchema,
  createdAt: instantSchema,
  /** Set: nothing can be said any more. */
  archivedAt: instantSchema.nullable(),
});
export type RoomView = z.infer<typeof roomViewSchema>;

export const roomMemberViewSchema = z.object({
  userId: idSchema,
  name: z.string(),
  pictureUrl: z.string().nullable(),
  role: roomRoleSchema,
  /** Until then this member may read, but not write. */
  mutedUntil: instantSchema.nullable(),
  joinedAt: instantSchema,
});
export type RoomMemberView = z.infer<typeof roomMemberViewSchema>;

/** A room in its reader's list. Counts stop at `LIMITS.unreadMax`. */
export const roomListItemSchema = z.object({
  room: roomViewSchema,
  memberCount: z.int(),
  /** Null: a public room the reader has not joined; then nothing counts as unread. */
  role: roomRoleSchema.nullable(),
  /** Everything up to this place has been read. */
  readSeq: z.int(),
  /** How far into the room's log what follows counts. */
  headSeq: z.int(),
  /** Messages of others after it, replies in threads aside. */
  unreadCount: z.int(),
  /** Those that mention the reader, in threads too. */
  mentionCount: z.int(),
  lastMessage: z
    .object({
      id: idSchema,
      seq: z.int(),
      authorId: idSchema.nullable(),
      authorName: z.string(),
      /** Its beginning. */
      text: z.string(),
      at: instantSchema,
    })
    .nullable(),
});
export type RoomListItem = z.infer<typeof roomListItemSchema>;

const nameSchema = z.string().trim().min(1).max(LIMITS.roomNameChars);
const topicSchema = z.string().trim().max(LIMITS.roomTopicChars);
const roomRef = { roomId: idSchema };
const rules = {
  isPublic: z.boolean().optional(),
  /** One of `agent.models`; default: the deployment's. */
  model: z.string().max(200).optional(),
  deciders: roomDecidersSchema.optional(),
  hidesArgs: z.boolean().optional(),
  slowModeSeconds: z.int().min(0).max(21_600).optional(),
};

export const roomRefSchema = z.object(roomRef);
export const createRoomInputSchema = z.object({
  clientId: clientIdSchema,
  name: nameSchema,
  topic: topicSchema.optional(),
  postId: z.string().min(1).max(200).optional(),
  /** Who is in it from the start, besides whoever makes it. */
  userIds: z.array(idSchema).max(LIMITS.inviteMax).optional(),
  ...rules,
});
export const listRoomsInputSchema = pageInputSchema.extend({
  /** `mine`: those the caller is in. `public`: all that may be joined. */
  scope: z.enum(['mine', 'public']).default('mine'),
  isArchived: z.boolean().default(false),
  /** This one alone, if it is among them, archived or not. */
  roomId: idSchema.optional(),
  /** Words that must all occur in the name. */
  query: z.string().trim().max(LIMITS.searchChars).optional(),
});
export const listRoomsOutputSchema = z.object({
  /** The one that somebody wrote in last comes first. */
  rooms: z.array(roomListItemSchema),
  nextPage: z.string().nullable(),
});
export const updateRoomInputSchema = z.object({
  ...roomRef,
  name: nameSchema.optional(),
  topic: topicSchema.optional(),
  ...rules,
});
export const archiveRoomInputSchema = z.object({ ...roomRef, isArchived: z.boolean().default(true) });
export const inviteInputSchema = z.object({
  ...roomRef,
  userIds: z.array(idSchema).min(1).max(LIMITS.inviteMax),
});
export const inviteOutputSchema = z.object({ members: z.array(roomMemberViewSchema) });
export const setMemberRoleInputSchema = z.object({ ...roomRef, userId: idSchema, role: roomRoleSchema });
export const muteInputSchema = z.object({
  ...roomRef,
  userId: idSchema,
  /** From now on, a year at most; 0: not any more. */
  seconds: z.int().min(0).max(31_536_000),
});
export const removeMemberInputSchema = z.object({ ...roomRef, userId: idSchema });
export const unbanInputSchema = z.object({ ...roomRef, userId: idSchema });
export const banInputSchema = z.object({
  ...roomRef,
  userId: idSchema,
  reason: z.string().trim().max(500).optional(),
});
export const roomBanViewSchema = z.object({
  userId: idSchema,
  name: z.string(),
  reason: z.string().nullable(),
  bannedBy: idSchema,
  bannedAt: instantSchema,
});
export const listBansInputSchema = pageInputSchema.extend(roomRef);
export const listBansOutputSchema = z.object({
  /** The one that was banned last comes first. */
  bans: z.array(roomBanViewSchema),
  nextPage: z.string().nullable(),
});
export type RoomBanView = z.infer<typeof roomBanViewSchema>;

export const findPeopleInputSchema = z.object({
  /** The beginning of a word of a name, or of an e-mail address; empty: anybody. */
  query: z.string().trim().max(LIMITS.searchChars).default(''),
  /** Leave out those who are in this room. */
  notInRoomId: idSchema.optional(),
});
export const personViewSchema = z.object({
  userId: idSchema,
  name: z.string(),
  pictureUrl: z.string().nullable(),
});
export const findPeopleOutputSchema = z.object({ people: z.array(personViewSchema) });
export type PersonView = z.infer<typeof personViewSchema>;

export const setTypingInputSchema = z.object({ ...roomRef, isTyping: z.boolean() });
export const roomEventsInputSchema = resumeSchema.extend(roomRef);
/** `lastEventId` is taken and means nothing: what is true for a moment cannot be resumed. */
export const roomEphemeralInputSchema = resumeSchema.extend(roomRef);
/** `lastEventId` is taken and means nothing: every start begins with a `reset`. */
export const roomInboxInputSchema = resumeSchema;
export const attachmentRefSchema = z.object({ attachmentId: idSchema });
export const attachmentUrlOutputSchema = z.object({
  /** A path on the server, with a signature: works without a token, for whoever asked, as long as they are in the room. */
  url: z.string(),
  expiresAt: instantSchema,
});

export type RoomRef = z.infer<typeof roomRefSchema>;
export type CreateRoomInput = z.infer<typeof createRoomInputSchema>;
export type ListRoomsInput = z.infer<typeof listRoomsInputSchema>;
export type ListRoomsOutput = z.infer<typeof listRoomsOutputSchema>;
export type UpdateRoomInput = z.infer<typeof updateRoomInputSchema>;
export type ArchiveRoomInput = z.infer<typeof archiveRoomInputSchema>;
export type InviteInput = z.infer<typeof inviteInputSchema>;
export type InviteOutput = z.infer<typeof inviteOutputSchema>;
export type SetMemberRoleInput = z.infer<typeof setMemberRoleInputSchema>;
export type MuteInput = z.infer<typeof muteInputSchema>;
export type RemoveMemberInput = z.infer<typeof removeMemberInputSchema>;
export type UnbanInput = z.infer<typeof unbanInputSchema>;
export type BanInput = z.infer<typeof banInputSchema>;
export type ListBansInput = z.infer<typeof listBansInputSchema>;
export type ListBansOutput = z.infer<typeof listBansOutputSchema>;
export type FindPeopleInput = z.infer<typeof findPeopleInputSchema>;
export type FindPeopleOutput = z.infer<typeof findPeopleOutputSchema>;
export type AttachmentRef = z.infer<typeof attachmentRefSchema>;
export type AttachmentUrlOutput = z.infer<typeof attachmentUrlOutputSchema>;
export type SetTypingInput = z.infer<typeof setTypingInputSchema>;
export type RoomEventsInput = z.infer<typeof roomEventsInputSchema>;
export type RoomEphemeralInput = z.infer<typeof roomEphemeralInputSchema>;
