import { z } from 'zod';
import { storableText } from '../../../db/json-text.ts';
import { withTransaction } from '../../../db/transaction.ts';
import { escapeLike } from '../../../db/escape-like.ts';
import { defineTool } from '../tool.ts';

const MAX_HITS = 10;
const EXCERPT_CHARS = 300;

export const searchConversations = defineTool({
  name: 'search_conversations',
  description:
    'Finds messages in the user’s other conversations that contain all the given words, newest first.',
  risk: 'read',
  repeat: 'pure',
  isPersonal: true,
  input: z.object({ query: z.string().trim().min(1).max(200) }),
  async run(ctx, { query }) {
    const words = storableText(query).split(/\s+/).slice(0, 8);
    const hits = await withTransaction(ctx, async ({ db }) => {
      let search = db
        .selectFrom('messages')
        .innerJoin('conversations', 'conversations.id', 'messages.conversationId')
        .select([
          'conversations.id as conversationId',
          'conversations.title',
          'messages.role',
          'messages.text',
          'messages.createdAt',
        ])
        .select((eb) =>
          eb
            .exists(
              eb
                .selectFrom('runs')
                .select('runs.id')
                .whereRef('runs.conversationId', '=', 'conversations.id')
                .where('runs.isTainted', '=', true),
            )
            .as('isTainted'),
        )
        .where('conversations.tenantId', '=', ctx.caller.tenantId)
        .where('conversations.userId', '=', ctx.caller.userId)
        .where('conversations.deletedAt', 'is', null)
        .where('conversations.isRoom', '=', false)
        .whereRef('messages.seq', '>', 'conversations.clearedSeq')
        .where('messages.isSuperseded', '=', false)
        .where('conversations.id', '<>', ctx.conversationId);
      for (const word of words) search = search.where('messages.text', 'ilike', `%${escapeLike(word)}%`);
      return await search.orderBy('messages.createdAt', 'desc').limit(MAX_HITS).execute();
    });
    return {
      // What strangers said there, they say here as well.
      taints: hits.some(({ isTainted }) => isTainted === true),
      result: {
        hits: hits.map(({ conversationId, title, role, text, createdAt }) => ({
          conversationId,
          title,
          role,
          excerpt: Array.from(text).slice(0, EXCERPT_CHARS).join(''),
          at: createdAt.toISOString(),
        })),
      },
    };
  },
});
