import { z } from 'zod';
import { idSchema, pageInputSchema, resumeSchema } from './primitives.ts';
import { runStatusSchema, runViewSchema, usageSchema } from './run-events.ts';

export const runRefSchema = z.object({ runId: idSchema });
export const listRunsInputSchema = pageInputSchema.extend({
  conversationId: idSchema.optional(),
  status: runStatusSchema.optional(),
});
export const listRunsOutputSchema = z.object({
  runs: z.array(runViewSchema),
  nextPage: z.string().nullable(),
});
export const runEventsInputSchema = resumeSchema.extend({ runId: idSchema });

export const waitInputSchema = z.object({
  runId: idSchema,
  /** How long at most; milliseconds. */
  timeoutMs: z.int().min(0).max(300_000).default(120_000),
});
export const runOutcomeSchema = z.object({
  /** `waiting`: for a person; `queued` and `running`: the time was up. */
  run: runViewSchema,
  /** What it has answered last; null when it has not answered yet. */
  answer: z.object({ messageId: idSchema, text: z.string() }).nullable(),
  usage: usageSchema.nullable(),
});

export const modelViewSchema = z.object({ id: z.string(), isDefault: z.boolean() });
/** Something to ask to begin with. */
export const promptViewSchema = z.object({ id: z.string(), title: z.string(), text: z.string() });

export type RunRef = z.infer<typeof runRefSchema>;
export type ListRunsInput = z.infer<typeof listRunsInputSchema>;
export type ListRunsOutput = z.infer<typeof listRunsOutputSchema>;
export type RunEventsInput = z.infer<typeof runEventsInputSchema>;
export type WaitInput = z.infer<typeof waitInputSchema>;
export type RunOutcome = z.infer<typeof runOutcomeSchema>;
export type PromptView = z.infer<typeof promptViewSchema>;
export type ModelView = z.infer<typeof modelViewSchema>;
