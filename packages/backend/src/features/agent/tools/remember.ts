import { sql } from 'kysely';
import { z } from 'zod';
import { storableText } from '../../../db/json-text.ts';
import { withTransaction } from '../../../db/transaction.ts';
import { defineTool } from '../tool.ts';

const MAX_FACTS = 500;

export const remember = defineTool({
  name: 'remember',
  description:
    'Remembers a fact about the user for later conversations, under a short key. The same key again replaces it.',
  risk: 'write',
  repeat: 'keyed',
  input: z.object({ key: z.string().trim().min(1).max(100), value: z.string().trim().min(1).max(2_000) }),
  async run(ctx, args) {
    const { tenantId, userId } = ctx.caller;
    const key = storableText(args.key.toLowerCase());
    const value = storableText(args.value);
    await withTransaction(ctx, async ({ db }) => {
      const { count } = await db
        .selectFrom('facts')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('userId', '=', userId)
        .where('key', '<>', key)
        .executeTakeFirstOrThrow();
      if (count >= MAX_FACTS) {
        throw new Error(`There are ${MAX_FACTS} facts already; replace one of them instead.`);
      }
      await db
        .insertInto('facts')
        .values({ tenantId, userId, key, value })
        .onConflict((conflict) =>
          conflict.columns(['tenantId', 'userId', 'key']).doUpdateSet({ value, updatedAt: sql`now()` }),
        )
        .execute();
    });
    return { result: { remembered: { key, value } } };
  },
});
