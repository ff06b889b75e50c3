import { randomUUID } from 'node:crypto';
import { LIMITS } from '@aura/contract';
import { z } from 'zod';
import { searchableText, storableText } from '../../../db/json-text.ts';
import { withTransaction } from '../../../db/transaction.ts';
import { requestHash } from '../../../request-hash.ts';
import type { WrittenMessage } from '../../chat/message-writer-store.ts';
import { defineTool, type ToolContext } from '../tool.ts';

export const postToRoom = defineTool({
  name: 'post_to_room',
  description:
    'Posts a message in a room that the user is in, as the agent. Everybody in the room reads it. Give the id of the room.',
  risk: 'shared',
  repeat: 'keyed',
  input: z.object({
    roomId: z.uuid(),
    text: z.string().trim().min(1).max(LIMITS.messageChars),
  }),
  async run(ctx, { roomId, text }) {
    await assertMayWrite(ctx);
    const { tenantId, userId } = ctx.caller;
    const said = storableText(text);
    const id = randomUUID();
    const written = await ctx.messageWriter.add({
      tenantId,
      roomId,
      userId,
      // Asked for again after a crash, it is the message that is there already.
      clientId: ctx.key,
      requestHash: requestHash({ text: said }),
      message: {
        id,
        authorId: null,
        clientId: null,
        text: searchableText(said),
        threadOf: null,
        mentions: [],
        attachments: [],
        runId: null,
        isComplete: true,
      },
      thread: null,
    });
    return { result: resultOf(written, id) };
  },
});

/** Guests read in rooms, but say nothing, and so do their agents. */
async function assertMayWrite({ database, hub, caller }: ToolContext): Promise<void> {
  const member = await withTransaction(
    { database, hub, caller },
    async ({ db }) =>
      await db
        .selectFrom('memberships')
        .select('role')
        .where('tenantId', '=', caller.tenantId)
        .where('userId', '=', caller.userId)
        .where('removedAt', 'is', null)
        .executeTakeFirst(),
  );
  if (member === undefined || member.role === 'guest') throw new Error('The user may not write in rooms.');
}

function resultOf(written: WrittenMessage, id: string): { messageId: string; seq: number } {
  switch (written.kind) {
    case 'posted':
      return { messageId: id, seq: written.event.seq };
    case 'repeated':
      return { messageId: written.messageId, seq: written.seq };
    case 'absent':
      throw new Error('The user is in no such room.');
    case 'archived':
      throw new Error('The room is archived: nothing can be said in it.');
    case 'muted':
      throw new Error(`The user is muted in this room until ${written.until.toISOString()}.`);
    case 'slow':
      throw new Error(`The room is in slow mode: try again in ${Math.ceil(written.retryAfterMs / 1_000)} s.`);
    case 'conflict':
      throw new Error('Another message was posted under the key of this call.');
  }
}
