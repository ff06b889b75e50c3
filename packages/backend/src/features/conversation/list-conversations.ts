import { formatCursor, type ListConversationsInput, type ListConversationsOutput } from '@aura/contract';
import { z } from 'zod';
import type { CallerContext } from '../../context.ts';
import { storableText } from '../../db/json-text.ts';
import { withSnapshot } from '../../db/transaction.ts';
import { encodePage, pageInstantSchema, parsePage } from '../../page.ts';
import { readStreamHead } from '../../realtime/read-events.ts';
import { findUserStreamId } from '../account/user-stream.ts';
import { listConversationRows } from './conversation-store.ts';
import { conversationView } from './conversation-view.ts';

const keySchema = z.object({ isPinned: z.boolean(), updatedAt: pageInstantSchema, id: z.uuid() });

/** One page of the caller's conversations, pinned first, then newest first, with where to follow on from. */
export async function listConversations(
  ctx: CallerContext,
  input: ListConversationsInput,
): Promise<ListConversationsOutput> {
  const { tenantId, userId } = ctx.caller;
  const after = parsePage(keySchema, input.page);
  const words = storableText(input.query ?? '')
    .split(/\s+/)
    .filter((word) => word !== '');
  return await withSnapshot(ctx, async (db) => {
    const { isArchived, limit } = input;
    const rows = await listConversationRows(db, {
      tenantId,
      userId,
      isArchived,
      words,
      after,
      limit: limit + 1,
    });
    const stream = await readStreamHead(db, await findUserStreamId(db, ctx.caller));
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    return {
      conversations: shown.map(conversationView),
      nextPage:
        rows.length > limit && last !== undefined ? encodePage(keySchema, conversationView(last)) : null,
      cursor: stream === null ? '' : formatCursor({ epoch: stream.epoch, seq: stream.head }),
    };
  });
}
