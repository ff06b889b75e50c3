import { type AttachmentView, attachmentViewSchema } from '@aura/contract';
import { z } from 'zod';

/** As a draft is kept until it has arrived. */
export const keptRoomDraftSchema = z.object({
  /** `@agent` in it asks the agent. May be empty when something is attached. */
  text: z.string(),
  mentions: z.array(z.string()),
  /** The message whose thread it belongs to; null: the room itself. */
  threadOf: z.string().nullable(),
  attachments: z.array(attachmentViewSchema),
});
export type KeptRoomDraft = z.infer<typeof keptRoomDraftSchema>;

/** What somebody wants to say in a room. */
export interface RoomDraft {
  text: string;
  /** Ids of users. */
  mentions?: readonly string[];
  threadOf?: string;
  /** As `uploadAttachment` answered them. */
  attachments?: readonly AttachmentView[];
}
