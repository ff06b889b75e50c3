import { z } from 'zod';
import { approvalViewSchema } from './approval.ts';
import { conversationViewSchema } from './conversation.ts';
import { idSchema, resumeSchema } from './primitives.ts';
import { markReadOutputSchema } from './room-message-inputs.ts';
import { roomRoleSchema } from './room.ts';
import { eventOf } from './run-events.ts';

export const accountEventsInputSchema = resumeSchema;
export type AccountEventsInput = z.infer<typeof accountEventsInputSchema>;

/** What happens to a user, on every device at once. */
export const accountEventSchema = z.discriminatedUnion('type', [
  eventOf('conversation_changed', z.object({ conversation: conversationViewSchema })),
  eventOf('conversation_removed', z.object({ conversationId: idSchema })),
  /** One that the user may decide, or of one of the user's runs, as it is now. */
  eventOf('approval_changed', z.object({ approval: approvalViewSchema, mayDecide: z.boolean() })),
  /** The user is in this room now, or in another role. */
  eventOf('room_joined', z.object({ roomId: idSchema, role: roomRoleSchema })),
  eventOf('room_left', z.object({ roomId: idSchema })),
  /** The user has read up to there, on one of the devices; what is unread after it. */
  eventOf('room_read', markReadOutputSchema.extend({ roomId: idSchema })),
]);
export type AccountEvent = z.infer<typeof accountEventSchema>;
