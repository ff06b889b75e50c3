import { z } from 'zod';

/** Limits that inputs are checked against; sizes in UTF-16 code units unless the name says bytes. */
export const LIMITS = {
  messageChars: 32_768,
  titleChars: 200,
  contextBytes: 8_192,
  pageMax: 200,
  pageDefault: 50,
  passwordMinChars: 8,
  passwordMaxChars: 128,
  searchChars: 200,
  roomNameChars: 255,
  roomTopicChars: 1_000,
  roomMembers: 2_000,
  roomPins: 50,
  inviteMax: 50,
  mentionsMax: 20,
  attachmentsMax: 10,
  attachmentBytes: 10_485_760,
  attachmentNameChars: 255,
  looseUploads: 50,
  reactionKindsMax: 20,
  unreadMax: 100,
} as const;

export const idSchema = z.uuid();
/** Chosen by the client, once per intent; repeating a call with the same one never acts twice. */
export const clientIdSchema = z
  .string()
  .min(8)
  .max(64)
  .regex(/^[\w.:-]+$/);
/** An instant as ISO 8601 in UTC. */
export const instantSchema = z.iso.datetime();
export const jsonSchema = z.json();
export type Json = z.infer<typeof jsonSchema>;
export type JsonObject = { [key: string]: Json };

export const pageInputSchema = z.object({
  limit: z.int().min(1).max(LIMITS.pageMax).default(LIMITS.pageDefault),
  /** `nextPage` of the answer before; leave out for the first page. */
  page: z.string().max(500).optional(),
});

export const roleSchema = z.enum(['admin', 'user', 'guest']);
export type Role = z.infer<typeof roleSchema>;

/** What every subscription takes: the cursor of the last event the caller has seen. */
export const resumeSchema = z.object({ lastEventId: z.string().max(100).nullish() });
