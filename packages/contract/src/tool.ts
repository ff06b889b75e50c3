import { z } from 'zod';
import { jsonSchema } from './primitives.ts';

/** What a tool may do to the world: look, change the user's own things, reach outside, change what others see. */
export const toolRiskSchema = z.enum(['read', 'write', 'external', 'shared']);
/**
 * What doing it twice means. `pure`: harmless. `keyed`: harmless under the same key. `once`: never; after a crash in
 * mid-call a person is asked.
 */
export const toolRepeatSchema = z.enum(['pure', 'keyed', 'once']);
export const toolViewSchema = z.object({
  name: z.string(),
  description: z.string(),
  version: z.string(),
  risk: toolRiskSchema,
  repeat: toolRepeatSchema,
  inputSchema: jsonSchema,
});

export type ToolRisk = z.infer<typeof toolRiskSchema>;
export type ToolRepeat = z.infer<typeof toolRepeatSchema>;
export type ToolView = z.infer<typeof toolViewSchema>;
