import { z } from 'zod';
import { recallFacts } from '../../memory/recall-facts.ts';
import { defineTool } from '../tool.ts';

export const recall = defineTool({
  name: 'recall',
  description:
    'What was remembered about the user: the fact under a key, or, without a key, the newest facts.',
  risk: 'read',
  repeat: 'pure',
  isPersonal: true,
  input: z.object({ key: z.string().trim().max(100).optional() }),
  run: async (ctx, { key = '' }) => ({ result: { facts: await recallFacts(ctx, key) } }),
});
