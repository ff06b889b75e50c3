import { z } from 'zod';
import { idSchema, instantSchema } from './primitives.ts';
import { roomMemberViewSchema, roomViewSchema } from './room.ts';
import { roomMessageViewSchema } from './room-message.ts';
import { eventOf, runEventSchema } from './run-events.ts';

/** How somebody came to be in a room no more. */
export const departureSchema = z.enum(['left', 'removed', 'banned']);

/** A message as it is posted: what comes to it later is not there yet, and its place and time are the event's. */
export const postedMessageSchema = roomMessageViewSchema.omit({
  seq: true,
  createdAt: true,
  reactions: true,
  replyCount: true,
  lastReplyAt: true,
  editedAt: true,
  deletedAt: true,
});
export type PostedMessage = z.infer<typeof postedMessageSchema>;

/** Everything that happens in a room: what people do, and what the runs of its agent say. */
export const roomEventSchema = z.discriminatedUnion('type', [
  eventOf('room_created', z.object({ room: roomViewSchema })),
  eventOf('room_updated', z.object({ room: roomViewSchema })),
  eventOf('member_joined', z.object({ member: roomMemberViewSchema, invitedBy: idSchema.nullable() })),
  eventOf('member_updated', z.object({ member: roomMemberViewSchema })),
  eventOf(
    'member_left',
    z.object({ userId: idSchema, how: departureSchema, by: idSchema, reason: z.string().nullable() }),
  ),
  eventOf(
    'message_posted',
    z.object({
      message: postedMessageSchema,
      /** For a reply: how its thread stands with it. */
      thread: z.object({ replyCount: z.int() }).nullable(),
    }),
  ),
  eventOf(
    'message_edited',
    z.object({ messageId: idSchema, text: z.string(), mentions: z.array(idSchema), editedAt: instantSchema }),
  ),
  /** Its text, and that of its edits, is gone from the log as well: whoever reads it later finds it empty. */
  eventOf('message_deleted', z.object({ messageId: idSchema, by: idSchema, deletedAt: instantSchema })),
  eventOf('reaction_added', z.object({ messageId: idSchema, emoji: z.string(), userId: idSchema })),
  eventOf('reaction_removed', z.object({ messageId: idSchema, emoji: z.string(), userId: idSchema })),
  eventOf('message_pinned', z.object({ messageId: idSchema, by: idSchema })),
  eventOf('message_unpinned', z.object({ messageId: idSchema, by: idSchema })),
  ...runEventSchema.options,
]);
export type RoomEvent = z.infer<typeof roomEventSchema>;

/** What is true for a moment: never stored, may be lost, and is put right by the next word. */
export type RoomEphemeralEvent =
  /** Where things stand; comes first, and again when the reader could not keep up. */
  | { type: 'now'; data: { online: string[]; typing: string[] } }
  /** What changed since; at most one a second. Ids of users. */
  | { type: 'changed'; data: { online: string[]; offline: string[]; typing: string[]; stopped: string[] } };
