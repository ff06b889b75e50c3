import { z } from 'zod';
import { idSchema, instantSchema, jsonSchema, pageInputSchema } from './primitives.ts';

/** Something that was done in the tenant. */
export const auditEntryViewSchema = z.object({
  id: z.int(),
  at: instantSchema,
  /** Null: nobody was signed in. */
  actorId: idSchema.nullable(),
  /** `feature.what_happened`. */
  action: z.string(),
  /** The id of what it was done to. */
  subject: z.string().nullable(),
  data: z.record(z.string(), jsonSchema),
  address: z.string().nullable(),
  requestId: z.string().nullable(),
});
export const listAuditInputSchema = pageInputSchema.extend({
  action: z.string().max(100).optional(),
  actorId: idSchema.optional(),
  subject: z.string().max(100).optional(),
});
export const listAuditOutputSchema = z.object({
  /** The newest first. */
  entries: z.array(auditEntryViewSchema),
  nextPage: z.string().nullable(),
});

/** A place in the chain: how many entries it has up to there, and the hash (hex) that stands for all of them. */
export const auditAnchorSchema = z.object({
  seq: z.int().min(1),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
});
export const verifyAuditInputSchema = z.object({
  /** One that was kept elsewhere: only against it can be told that the end of the log was cut off or all of it was written anew. */
  from: auditAnchorSchema.optional(),
});
export const verifyAuditOutputSchema = z.object({
  /** Null: nothing was found. Otherwise the first thing that is wrong, and where. */
  problem: z
    .object({
      kind: z.enum(['altered', 'missing', 'unchained', 'anchor']),
      seq: z.int().nullable(),
      entryId: z.int().nullable(),
    })
    .nullable(),
  /** Looked at in this call. */
  checked: z.int(),
  /** Up to where all is well: keep it somewhere else. Null: there are no entries. */
  anchor: auditAnchorSchema.nullable(),
  /** False: there is more; go on from `anchor`. */
  isComplete: z.boolean(),
});

export type AuditEntryView = z.infer<typeof auditEntryViewSchema>;
export type ListAuditInput = z.infer<typeof listAuditInputSchema>;
export type ListAuditOutput = z.infer<typeof listAuditOutputSchema>;
export type AuditAnchor = z.infer<typeof auditAnchorSchema>;
export type VerifyAuditInput = z.infer<typeof verifyAuditInputSchema>;
export type VerifyAuditOutput = z.infer<typeof verifyAuditOutputSchema>;
