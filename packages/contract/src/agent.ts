import { z } from 'zod';
import { idSchema, jsonSchema, pageInputSchema, resumeSchema } from './primitives.ts';
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
/** What a tool may do to the world. */
export const toolRiskSchema = z.enum(['read', 'write', 'external', 'shared']);
/** What doing it twice means: harmless, harmless under the same key, or never allowed. */
export const toolRepeatSchema = z.enum(['pure', 'keyed', 'once']);
export const toolViewSchema = z.object({
  name: z.string(),
  description: z.string(),
  risk: toolRiskSchema,
  repeat: toolRepeatSchema,
  inputSchema: jsonSchema,
});

export type RunRef = z.infer<typeof runRefSchema>;
export type ListRunsInput = z.infer<typeof listRunsInputSchema>;
export type ListRunsOutput = z.infer<typeof listRunsOutputSchema>;
export type RunEventsInput = z.infer<typeof runEventsInputSchema>;
export type ModelView = z.infer<typeof modelViewSchema>;
export type ToolRisk = z.infer<typeof toolRiskSchema>;
export type ToolRepeat = z.infer<typeof toolRepeatSchema>;
export type ToolView = z.infer<typeof toolViewSchema>;
