import { memoryTtlSchema } from '@aura/contract';
import { z } from 'zod';
import { rememberFact } from '../../memory/remember-fact.ts';
import { defineTool } from '../tool.ts';

export const remember = defineTool({
  name: 'remember',
  description:
    'Remembers a fact about the user for later conversations, under a short key. The same key again replaces it. ' +
    'With ttlSeconds it is forgotten after that time.',
  risk: 'write',
  repeat: 'keyed',
  isPersonal: true,
  input: z.object({
    key: z.string().trim().min(1).max(100),
    value: z.string().trim().min(1).max(2_000),
    ttlSeconds: memoryTtlSchema.optional(),
  }),
  run: async (ctx, fact) => ({ result: { remembered: await rememberFact(ctx, fact) } }),
});
