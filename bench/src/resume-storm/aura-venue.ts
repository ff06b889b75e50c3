import { randomUUID } from 'node:crypto';
import { createTestCaller } from '@aura/backend/testing';
import { formatCursor, parseCursor } from '@aura/contract';
import { eventData } from '../bench-event.ts';
import { openBenchBackend } from '../open-bench-backend.ts';
import type { StormVenue } from './venue.ts';

/** `conversation.events` of a real backend behind its real server: tokens, authorisation and cursors are checked. */
export async function openAura(databaseUrl: string): Promise<StormVenue> {
  await using stack = new AsyncDisposableStack();
  const { backend, server } = stack.use(await openBenchBackend({ databaseUrl }));
  const user = await createTestCaller(backend);
  const { tenantId } = user.ctx.caller;
  const { conversation } = await user.call.conversation.create({ clientId: randomUUID() });
  const { id: conversationId } = conversation;
  const place = parseCursor((await user.call.conversation.get({ conversationId })).cursor);
  if (place === null) throw new Error('the conversation came without a cursor');
  const { token } = await backend.accessTokens.issue({ ...user.ctx.caller, email: 'bench@aura.local' });
  let head = place.seq;
  const parts = stack.move();
  return {
    port: server.port,
    path: '/trpc?connectionParams=1',
    hellos(missed) {
      const lastEventId = formatCursor({ ...place, seq: head - missed });
      const params = { path: 'conversation.events', input: { conversationId }, lastEventId };
      return Promise.resolve([
        JSON.stringify({ method: 'connectionParams', data: { token } }),
        JSON.stringify({ id: 1, method: 'subscription', params }),
      ]);
    },
    async append(count) {
      const events = Array.from({ length: count }, () => ({ type: 'message_created', data: eventData() }));
      head =
        (await backend.groupWriter.append({ tenantId, streamId: conversationId, events })).at(-1)?.seq ??
        head;
    },
    head: () => head,
    historyQueries: () => backend.pageReader.queryCount,
    [Symbol.asyncDispose]: async () => await parts.disposeAsync(),
  };
}
