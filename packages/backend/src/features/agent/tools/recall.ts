import { z } from 'zod';
import { storableText } from '../../../db/json-text.ts';
import { withTransaction } from '../../../db/transaction.ts';
import { defineTool } from '../tool.ts';

const MAX_FACTS = 50;

export const recall = defineTool({
  name: 'recall',
  description:
    'What was remembered about the user: the fact under a key, or, without a key, the newest facts.',
  risk: 'read',
  repeat: 'pure',
  input: z.object({ key: z.string().trim().max(100).optional() }),
  async run(ctx, { key }) {
    const facts = await withTransaction(ctx, async ({ db }) => {
      let query = db
        .selectFrom('facts')
        .select(['key', 'value'])
        .where('tenantId', '=', ctx.caller.tenantId)
        .where('userId', '=', ctx.caller.userId);
      if (key !== undefined && key !== '') query = query.where('key', '=', storableText(key.toLowerCase()));
      return await query.orderBy('updatedAt', 'desc').limit(MAX_FACTS).execute();
    });
    return { result: { facts } };
  },
});
