import type { ConversationEvent, ConversationEventsInput, ConversationState } from '@aura/contract';
import type { TrackedEnvelope } from '@trpc/server';
import { notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { readStreamHead } from '../../realtime/read-events.ts';
import { type Reset, resumeFeed } from '../../realtime/resume.ts';
import { findConversation } from './conversation-store.ts';
import { conversationEvent } from './conversation-view.ts';
import { getConversation } from './get-conversation.ts';

type ConversationFeed = AsyncGenerator<
  TrackedEnvelope<ConversationEvent | Reset<{ state: ConversationState }>>,
  void,
  undefined
>;

/**
 * Everything that happens in a conversation, from a cursor (or from the beginning) on. Ends when it is deleted. Rejects
 * before it begins when there is no such conversation.
 */
export async function conversationEvents(
  ctx: CallerContext,
  { conversationId, lastEventId }: ConversationEventsInput,
  signal: AbortSignal,
): Promise<ConversationFeed> {
  const { conversation, stream } = await withTransaction(ctx, async ({ db }) => {
    const row = await findConversation(db, { ...ctx.caller, conversationId });
    if (row === undefined) throw notFound('conversation');
    return { conversation: row, stream: await readStreamHead(db, conversationId) };
  });
  return resumeFeed(ctx, {
    streamId: conversationId,
    stream,
    lastEventId,
    signal,
    start: { after: Math.max(0, conversation.clearedSeq - 1) },
    readSnapshot: async () => {
      const { state, cursor } = await getConversation(ctx, { conversationId });
      return { state: { state }, cursor };
    },
    viewKey: 'conversation',
    view: conversationEvent,
    isLast: (event) => event.type === 'conversation_deleted',
  });
}
