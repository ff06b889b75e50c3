import { z } from 'zod';
import { idSchema, pageInputSchema, resumeSchema } from './primitives.ts';
import { runStatusSchema, runViewSchema } from './run-events.ts';

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

export const modelViewSchema = z.object({ id: z.string(), isDefault: z.boolean() });

export type RunRef = z.infer<typeof runRefSchema>;
export type ListRunsInput = z.infer<typeof listRunsInputSchema>;
export type ListRunsOutput = z.infer<typeof listRunsOutputSchema>;
export type RunEventsInput = z.infer<typeof runEventsInputSchema>;
export type ModelView = z.infer<typeof modelViewSchema>;
