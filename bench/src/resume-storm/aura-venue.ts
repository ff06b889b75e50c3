import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBackend, createHttpServer } from '@aura/backend';
import { createTestCaller } from '@aura/backend/testing';
import { formatCursor, parseCursor } from '@aura/contract';
import { eventData } from '../fanout/venue.ts';
import type { StormVenue } from './venue.ts';

const MANY = 100_000;

/** `conversation.events` of a real backend behind its real server: tokens, authorisation and cursors are checked. */
export async function openAura(databaseUrl: string): Promise<StormVenue> {
  await using stack = new AsyncDisposableStack();
  const backend = stack.use(
    await createBackend({
      environment: 'production',
      version: 'bench',
      database: { kind: 'postgres', url: databaseUrl },
      blobs: { kind: 'folder', folder: join(tmpdir(), 'aura-bench-blobs') },
      redisUrl: null,
      jwtSecret: randomUUID() + randomUUID(),
      allowedOrigins: [],
      allowedHosts: null,
      trustedProxies: [],
      isRegistrationOpen: false,
      model: { baseUrl: 'http://127.0.0.1:9/v1', apiKey: 'none', models: ['none'] },
    }),
  );
  const limits = { sockets: { maxSockets: MANY, maxSocketsPerAddress: MANY, maxSocketsPerUser: MANY } };
  const server = stack.use(
    await createHttpServer(backend, { host: '127.0.0.1', port: 0, webRoot: null, limits }),
  );
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
