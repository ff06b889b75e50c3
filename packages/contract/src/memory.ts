import { z } from 'zod';
import { conversationRefSchema, messageViewSchema, sendMessageInputSchema } from './conversation.ts';
import { idSchema, instantSchema, jsonSchema } from './primitives.ts';

/** Limits of the memory; sizes in UTF-16 code units unless the name says bytes. */
export const MEMORY_LIMITS = {
  keyChars: 200,
  valueBytes: 65_536,
  agentChars: 100,
  ttlMaxSeconds: 315_360_000,
  /** Of one user, what agents keep about the user included. */
  userEntries: 1_000,
  tenantEntries: 10_000,
  /** Less than of other lists: entries come with their values. */
  pageMax: 50,
  recentMessages: 200,
  recentChars: 240_000,
} as const;

const agentSchema = z.string().min(1).max(MEMORY_LIMITS.agentChars);
const keySchema = z.string().min(1).max(MEMORY_LIMITS.keyChars);
const valueSchema = jsonSchema.refine(
  (value) => new TextEncoder().encode(JSON.stringify(value)).length <= MEMORY_LIMITS.valueBytes,
  {
    message: `value is larger than ${MEMORY_LIMITS.valueBytes} bytes of JSON; keep less, or split it over keys`,
  },
);
export const memoryTtlSchema = z.int().min(1).max(MEMORY_LIMITS.ttlMaxSeconds);

const scoped = <S extends z.ZodRawShape>(shape: S) =>
  z.discriminatedUnion('scope', [
    z.object({ scope: z.literal('user'), ...shape }),
    z.object({ scope: z.literal('tenant'), ...shape }),
    z.object({ scope: z.literal('agent'), agent: agentSchema, ...shape }),
  ]);

/**
 * Whose an entry is. `user`: the caller's alone. `tenant`: everyone in the tenant reads it, admins write it. `agent`: what
 * the agent of this name keeps for the caller; no other user and no other agent sees it.
 */
export const memoryScopeSchema = scoped({});
export const memoryEntrySchema = z.object({
  key: z.string(),
  value: jsonSchema,
  /** Another one after every `set`; never one that this key had before. */
  version: idSchema,
  /** Null: never. From this moment on, by the database's clock, the entry does not exist. */
  expiresAt: instantSchema.nullable(),
  createdAt: instantSchema,
  updatedAt: instantSchema,
});
export const memoryRefSchema = scoped({ key: keySchema });
export const getMemoryOutputSchema = z.object({ entry: memoryEntrySchema.nullable() });
export const memoryExistsOutputSchema = z.object({ exists: z.boolean() });
export const setMemoryInputSchema = scoped({
  key: keySchema,
  value: valueSchema,
  /** Left out: the entry stays until it is deleted, also when it had a time to live before. */
  ttlSeconds: memoryTtlSchema.optional(),
  /** Only when this is the entry's version now; null: only when there is no entry. Otherwise CONFLICT. */
  ifVersion: idSchema.nullish(),
});
export const deleteMemoryInputSchema = scoped({
  key: keySchema,
  /** Only when this is the entry's version now. Otherwise CONFLICT. */
  ifVersion: idSchema.optional(),
});
/** `isDeleted`: false when there was no such entry. */
export const deleteMemoryOutputSchema = z.object({ isDeleted: z.boolean() });
export const listMemoriesInputSchema = scoped({
  /** What the keys begin with. */
  prefix: z.string().max(MEMORY_LIMITS.keyChars).optional(),
  limit: z.int().min(1).max(MEMORY_LIMITS.pageMax).default(MEMORY_LIMITS.pageMax),
  /** `nextPage` of the answer before; leave out for the first page. Holds a key, so it is longer than those of other lists. */
  page: z.string().max(2_000).optional(),
});
export const listMemoriesOutputSchema = z.object({
  /** In the order of their keys' code points. */
  entries: z.array(memoryEntrySchema),
  nextPage: z.string().nullable(),
});

export type MemoryScope = z.infer<typeof memoryScopeSchema>;
export type MemoryEntry = z.infer<typeof memoryEntrySchema>;
export type MemoryRef = z.infer<typeof memoryRefSchema>;
export type GetMemoryOutput = z.infer<typeof getMemoryOutputSchema>;
export type MemoryExistsOutput = z.infer<typeof memoryExistsOutputSchema>;
export type SetMemoryInput = z.infer<typeof setMemoryInputSchema>;
export type DeleteMemoryInput = z.infer<typeof deleteMemoryInputSchema>;
export type DeleteMemoryOutput = z.infer<typeof deleteMemoryOutputSchema>;
export type ListMemoriesInput = z.infer<typeof listMemoriesInputSchema>;
export type ListMemoriesOutput = z.infer<typeof listMemoriesOutputSchema>;

/** A message that is put into a conversation without asking the agent for an answer. */
export const recordMessageInputSchema = sendMessageInputSchema
  .pick({ conversationId: true, text: true, clientId: true })
  .extend({ role: messageViewSchema.shape.role });
export const recordMessageOutputSchema = z.object({ messageId: idSchema });
export const recentContextInputSchema = conversationRefSchema.extend({
  /** How many of the newest messages. */
  messages: z.int().min(1).max(MEMORY_LIMITS.recentMessages),
  /** The oldest messages are left out until the text is no longer than this. */
  maxChars: z.int().min(100).max(MEMORY_LIMITS.recentChars).default(MEMORY_LIMITS.recentChars),
});
export const recentContextOutputSchema = z.object({
  /** `User: …` and `Assistant: …`, oldest first; further lines of a message are indented by two spaces. */
  text: z.string(),
  /** How many messages are in the text. */
  messageCount: z.int(),
});
export const threadStatsSchema = z.object({
  conversationId: idSchema,
  tenantId: idSchema,
  userId: idSchema,
  messageCount: z.int(),
  createdAt: instantSchema,
  lastMessageAt: instantSchema.nullable(),
});

export type RecordMessageInput = z.infer<typeof recordMessageInputSchema>;
export type RecordMessageOutput = z.infer<typeof recordMessageOutputSchema>;
export type RecentContextInput = z.infer<typeof recentContextInputSchema>;
export type RecentContextOutput = z.infer<typeof recentContextOutputSchema>;
export type ThreadStats = z.infer<typeof threadStatsSchema>;
