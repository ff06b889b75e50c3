import { z } from 'zod';
import { runRefSchema } from './agent.ts';
import { idSchema, instantSchema } from './primitives.ts';
import { usageSchema } from './run-events.ts';

/** Limits of questions about usage. */
export const USAGE_LIMITS = {
  pageMax: 1_000,
  pageDefault: 100,
  rangeMaxDays: 366,
  rangeDefaultDays: 30,
} as const;

const page = {
  limit: z.int().min(1).max(USAGE_LIMITS.pageMax).default(USAGE_LIMITS.pageDefault),
  /** `nextPage` of the answer before; leave out for the first page. */
  page: z.string().max(1_000).optional(),
};
const momentSchema = instantSchema.refine((moment) => moment >= '2000', {
  message: 'is before the year 2000',
});
const range = {
  /** The first moment that counts; default 30 days before `to`, at most 366. */
  from: momentSchema.optional(),
  /** The first moment that does not; default now. */
  to: momentSchema.optional(),
};

/** Tokens, and what they cost in millionths of the deployment's currency, whichever the rates are in. */
const spentSchema = usageSchema.extend({
  costMicros: z.int(),
  /** False: a model call is under way, and what is set aside for it counts until it is known what it took. */
  isSettled: z.boolean(),
});
/** What model calls took together; `attempts` is how many there were, those that failed included. */
export const usageTotalsSchema = spentSchema.extend({ attempts: z.int() });
/** One try at one model call of a run. */
export const attemptUsageSchema = spentSchema.extend({
  step: z.int(),
  attempt: z.int(),
  /** The agent's message that the call was for. It exists once the call has said something. */
  messageId: idSchema.nullable(),
  model: z.string(),
  createdAt: instantSchema,
});
export const runUsageInputSchema = runRefSchema.extend(page);
export const runUsageSchema = z.object({
  /** Of the whole run, whatever the page. */
  totals: usageTotalsSchema,
  /** In the order in which they were made. */
  attempts: z.array(attemptUsageSchema),
  nextPage: z.string().nullable(),
});

export const usageGroupBySchema = z.enum(['day', 'model', 'conversation', 'message', 'user']);
export const myUsageInputSchema = z.object({
  ...range,
  ...page,
  groupBy: usageGroupBySchema.exclude(['user']),
  conversationId: idSchema.optional(),
});
export const tenantUsageInputSchema = z.object({
  ...range,
  ...page,
  groupBy: usageGroupBySchema,
  userId: idSchema.optional(),
});
export const usageGroupSchema = usageTotalsSchema.extend({
  /** A day in UTC as `2026-01-31`, the name of a model, or an id; null: calls that belong to no message. */
  key: z.string().nullable(),
});
export const usageSummarySchema = z.object({
  /** What was looked at, also by the pages after this one. */
  from: instantSchema,
  to: instantSchema,
  /** Of the whole range, whatever the page. */
  totals: usageTotalsSchema,
  /** Days in their order, everything else by cost and then by tokens, the most first. */
  groups: z.array(usageGroupSchema),
  nextPage: z.string().nullable(),
});

const allowanceSchema = z.object({
  spent: z.int(),
  /** Null: there is none. */
  limit: z.int().nullable(),
  /** Never below 0, although answers that grew longer than what was set aside for them can pass the limit. */
  left: z.int().nullable(),
});
/** Tokens in and out together, and money in millionths of the deployment's currency. */
const allowancesSchema = z.object({ tokens: allowanceSchema, costMicros: allowanceSchema });
export const budgetStatusSchema = z.object({
  /** Today, in UTC. */
  day: z.iso.date(),
  /** When the next day begins, with nothing spent. */
  resetsAt: instantSchema,
  user: allowancesSchema,
  tenant: allowancesSchema,
});

export type UsageTotals = z.infer<typeof usageTotalsSchema>;
export type AttemptUsage = z.infer<typeof attemptUsageSchema>;
export type RunUsageInput = z.infer<typeof runUsageInputSchema>;
export type RunUsage = z.infer<typeof runUsageSchema>;
export type UsageGroupBy = z.infer<typeof usageGroupBySchema>;
export type MyUsageInput = z.infer<typeof myUsageInputSchema>;
export type TenantUsageInput = z.infer<typeof tenantUsageInputSchema>;
export type UsageGroup = z.infer<typeof usageGroupSchema>;
export type UsageSummary = z.infer<typeof usageSummarySchema>;
export type Allowance = z.infer<typeof allowanceSchema>;
export type BudgetStatus = z.infer<typeof budgetStatusSchema>;
