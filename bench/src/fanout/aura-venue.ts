import { randomUUID } from 'node:crypto';
import { formatCursor, parseCursor } from '@aura/contract';
import type { Backend } from '@aura/backend';
import { createTestCaller, withSystemTransaction } from '@aura/backend/testing';
import { sql } from 'kysely';
import { benchEvent, eventData } from '../bench-event.ts';
import { openBenchBackend } from '../open-bench-backend.ts';
import type { Venue, VenueOptions } from './venue.ts';

/**
 * `conversation.events` of a real backend behind its real server: sockets sign in with a token, subscriptions are
 * authorised, ids tracked, and every event is committed to PostgreSQL before anybody hears of it.
 */
export async function openAura(options: VenueOptions): Promise<Venue> {
  const { backend, place, venue } = await open(options);
  return {
    ...venue,
    async publish(count, text) {
      const events = Array.from({ length: count }, () => ({
        type: 'message_created',
        data: eventData(text),
      }));
      await backend.groupWriter.append({ ...place, events });
    },
  };
}

/**
 * The same server and subscriptions, but events go to the hub without having been committed: what telling everybody
 * costs apart, in the rhythm of the others, which wait for no database either.
 */
export async function openAuraHub(options: VenueOptions): Promise<Venue> {
  const { backend, place, venue } = await open(options);
  const [first] = await backend.groupWriter.append({
    ...place,
    events: [{ type: 'message_created', data: eventData() }],
  });
  let head = first?.seq ?? 0;
  return {
    ...venue,
    publish(count, text) {
      const events = Array.from({ length: count }, (_, index) => benchEvent(head + 1 + index, text));
      // Who subscribes later reads the log, which has nothing of what was told to nobody.
      if (backend.hub.watchedCount > 0) head += count;
      backend.hub.publish({
        streamId: place.streamId,
        events: events.map((event) => ({ ...event, data: { ...event.data } })),
      });
      return Promise.resolve();
    },
  };
}

interface Opened {
  backend: Backend;
  place: { tenantId: string; streamId: string };
  venue: Omit<Venue, 'publish'>;
}

async function open({ databaseUrl, logged }: VenueOptions): Promise<Opened> {
  await using stack = new AsyncDisposableStack();
  const { backend, server } = stack.use(await openBenchBackend({ databaseUrl }));
  const user = await createTestCaller(backend);
  const { caller } = user.ctx;
  const { conversation } = await user.call.conversation.create({ clientId: randomUUID() });
  const streamId = conversation.id;
  await fillLog(backend, { streamId, tenantId: caller.tenantId, count: logged });
  const { token } = await backend.accessTokens.issue({ ...caller, email: 'bench@aura.local' });
  const parts = stack.move();
  const venue = {
    port: server.port,
    path: '/trpc?connectionParams=1',
    async hellos() {
      const { cursor } = await user.call.conversation.get({ conversationId: streamId });
      return [
        JSON.stringify({ method: 'connectionParams', data: { token } }),
        JSON.stringify({
          id: 1,
          method: 'subscription',
          params: {
            path: 'conversation.events',
            input: { conversationId: streamId },
            lastEventId: oneBefore(cursor),
          },
        }),
      ];
    },
    readerCount: () => backend.hub.laneCount,
    [Symbol.asyncDispose]: async () => await parts.disposeAsync(),
  };
  return { backend, place: { tenantId: caller.tenantId, streamId }, venue };
}

/** A client that has all but the newest. */
function oneBefore(cursor: string): string {
  const place = parseCursor(cursor);
  if (place === null) throw new Error('the conversation came without a cursor');
  return formatCursor({ ...place, seq: place.seq - 1 });
}

/** Makes a long log of a young conversation. */
async function fillLog(
  backend: Backend,
  { streamId, tenantId, count }: { streamId: string; tenantId: string; count: number },
): Promise<void> {
  if (count === 0) return;
  await withSystemTransaction(backend, async ({ db }) => {
    await sql`
      with grown as (
        update streams set head = head + ${count} where id = ${streamId} returning head - ${count}::bigint as base
      )
      insert into events (stream_id, seq, tenant_id, type, data, at)
      select ${streamId}, base + n, ${tenantId}, 'message_created', ${JSON.stringify(eventData())}::jsonb, now()
      from grown, generate_series(1, ${count}::bigint) as n`.execute(db);
  });
}
