import { randomUUID } from 'node:crypto';
import type { PostMessageInput, PostMessageOutput } from '@aura/contract';
import { AppError } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { searchableText, storableText } from '../../db/json-text.ts';
import { withTransaction } from '../../db/transaction.ts';
import { requestHash } from '../../request-hash.ts';
import type { NewRoomMessage } from './message-writer-store.ts';
import { postOutcome } from './post-outcome.ts';
import { postWithMore } from './post-with-more.ts';
import { enterRoom } from './room-access.ts';

/**
 * Says something in a room; answers once it is stored. The same clientId again, for ever, gives the same answer; with
 * other words it is an IDEMPOTENCY_CONFLICT. `@agent` in it has the agent answer, in the thread if it is a reply. Throws
 * NOT_FOUND for a room that the caller is not in, and ROOM_ARCHIVED, MUTED, SLOW_MODE (with `retryAfterMs`) and RUN_ACTIVE.
 */
export async function postMessage(ctx: CallerContext, input: PostMessageInput): Promise<PostMessageOutput> {
  const { roomId, clientId, threadOf = null, mentions = [], attachmentIds = [] } = input;
  const text = searchableText(input.text);
  if (text === '' && attachmentIds.length === 0) {
    throw new AppError('BAD_INPUT', { message: 'Write something or attach a file.' });
  }
  const request: NewRoomMessage = {
    tenantId: ctx.caller.tenantId,
    userId: ctx.caller.userId,
    roomId,
    clientId,
    // Of the text as it came, as it was before texts were composed: a call of that time may be repeated now.
    requestHash: requestHash({ text: storableText(input.text), threadOf, mentions, attachmentIds }),
    message: {
      id: randomUUID(),
      authorId: ctx.caller.userId,
      clientId,
      text,
      threadOf,
      mentions: [...new Set(mentions)],
      attachments: [],
      runId: null,
      isComplete: true,
    },
    thread: null,
  };
  const asksAgent = ASKS_AGENT.test(text);
  const needsMore = threadOf !== null || attachmentIds.length > 0 || asksAgent;
  if (needsMore) return await postWithMore(ctx, request, { attachmentIds, asksAgent });
  const written = await ctx.messageWriter.add(request);
  // Says why: there is no such room, or it was not joined.
  if (written.kind === 'absent') {
    await withTransaction(ctx, ({ db }) => enterRoom(db, ctx.caller, { roomId }));
  }
  return postOutcome(request, written);
}

/** `@agent` as a word of its own. */
const ASKS_AGENT = /(?<![\p{L}\p{N}_@.])@agent(?![\p{L}\p{N}_])/iu;
