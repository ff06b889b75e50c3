// What the guides of the older systems do with curl, over the wire and to the letter.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { bodyOf, curlStream } from './curl-testing.ts';
import { isEvent, type OlderClient, olderClient } from './older-client-testing.ts';

const ORIGIN = 'https://app.example.org';
let client: OlderClient;
let curl: OlderClient['curl'];
let token: OlderClient['token'];
let test: OlderClient['test'];
beforeAll(async () => {
  client = await olderClient({ config: { allowedOrigins: [ORIGIN] } });
  ({ curl, token, test } = client);
});
afterAll(async () => await client[Symbol.asyncDispose]());

describe('conversations', () => {
  const idSchema = z.object({ id: z.uuid() });

  it('made, listed, read, changed and deleted', async () => {
    const made = await curl('/conversations', {
      token,
      json: { title: 'First', message: { text: '#say hello' } },
    });
    expect(made).toMatchObject({ status: 201, body: { title: 'First', runId: expect.any(String) } });
    const { id } = bodyOf(made, idSchema);
    const listed = await curl('/conversations?limit=1&isArchived=false', { token });
    expect(listed.body).toMatchObject({ conversations: [{ id }] });
    const one = `/conversations/${id}`;
    await expect.poll(async () => JSON.stringify((await curl(one, { token })).body)).toContain('hello');
    const changed = await curl(one, { token, method: 'PUT', json: { title: 'Second' } });
    expect(changed).toMatchObject({ status: 200, body: { id, title: 'Second' } });
    expect((await curl(one, { token, method: 'DELETE' })).status).toBe(200);
    expect((await curl(one, { token })).status).toBe(404);
  });

  it('takes a message with 202, or with ?wait=true answers when the model has', async () => {
    const { id } = bodyOf(await curl('/conversations', { token, json: {} }), idSchema);
    const messages = `/conversations/${id}/messages`;
    const waited = await curl(`${messages}?wait=true`, { token, json: { text: '#say at last' } });
    expect(waited).toMatchObject({
      status: 200,
      body: { runId: expect.any(String), run: { status: 'completed' }, answer: { text: 'at last' } },
    });
    const key = { 'idempotency-key': 'the-same-message' };
    const first = await curl(messages, { token, json: { text: '#say once' }, headers: key });
    const second = await curl(messages, { token, json: { text: '#say once' }, headers: key });
    expect([first.status, second.status]).toEqual([202, 202]);
    expect(second.body).toEqual(first.body);
  });

  it('streams what happens in a conversation, from where the reader was', async () => {
    const { id } = bodyOf(await curl('/conversations', { token, json: {} }), idSchema);
    await using stream = await curlStream(test.server, `/conversations/${id}/stream`, { token });
    const created = await stream.until(isEvent('conversation_created'));
    await curl(`/conversations/${id}`, { token, method: 'PUT', json: { title: 'Seen' } });
    const updated = await stream.until(isEvent('conversation_updated'));
    await using again = await curlStream(test.server, `/conversations/${id}/stream`, {
      token,
      headers: { 'last-event-id': created.id ?? '' },
    });
    expect(await again.until(() => true)).toEqual(updated);
  });

  it('reads numbers and flags of a query as the schema has them, and refuses every other spelling', async () => {
    for (const query of [
      'limit=0',
      'limit=1e1',
      'limit=0x10',
      'isArchived=1',
      'isArchived=TRUE',
      'limit=1&limit=2',
    ]) {
      expect((await curl(`/conversations?${query}`, { token })).status, query).toBe(400);
    }
    expect((await curl('/conversations?isArchived=true&limit=5', { token })).status).toBe(200);
  });
});

describe('the service', () => {
  it('offers models and prompts to everybody', async () => {
    expect((await curl('/models')).body).toEqual([
      { id: 'aura-offline', isDefault: true },
      { id: 'aura-offline-mini', isDefault: false },
    ]);
    expect((await curl('/prompts')).body).toContainEqual(
      expect.objectContaining({ text: expect.any(String) }),
    );
  });

  it('is healthy for who has a token, and answers pings and heartbeats of everybody', async () => {
    expect((await curl('/health')).status).toBe(401);
    expect((await curl('/health', { token, headers: { 'x-tenant-id': 'another' } })).status).toBe(403);
    expect((await curl('/health', { token })).body).toEqual({
      status: 'healthy',
      environment: 'test',
      service: 'aura',
    });
    expect((await curl('/test/ping')).body).toEqual({ message: 'pong' });
    for (const path of ['/api/v1/app/mbeat', '/api/v1/app/mbeat/', '/api/v1/app/mbeat/any/where']) {
      const beat = await curl(path, { token });
      expect(beat.body).toEqual({ status: 'ok', serverTime: expect.stringMatching(/Z$/) });
    }
    expect((await curl('/api/v1/app/mbeats')).status).toBe(404);
  });

  it('notes with a heartbeat when the device was seen, and nothing without a token', async () => {
    const { db } = client.test.node.backend.database;
    const longAgo = new Date(Date.now() - 3_600_000);
    const seenAt = async (): Promise<number> => {
      const sessions = db.selectFrom('sessions').select('lastUsedAt').where('userId', '=', client.userId);
      return (await sessions.executeTakeFirstOrThrow()).lastUsedAt.getTime();
    };
    await db
      .updateTable('sessions')
      .set({ lastUsedAt: longAgo })
      .where('userId', '=', client.userId)
      .execute();
    await curl('/api/v1/app/mbeat');
    expect(await seenAt()).toBe(longAgo.getTime());
    await curl('/api/v1/app/mbeat', { token });
    expect(await seenAt()).toBeGreaterThan(longAgo.getTime() + 3_000_000);
  });

  it('lets pages of allowed origins change and resume things', async () => {
    const preflight = await curl('/conversations', {
      method: 'OPTIONS',
      headers: {
        origin: ORIGIN,
        'access-control-request-method': 'DELETE',
        'access-control-request-headers': 'authorization,last-event-id,x-user-id,idempotency-key',
      },
    });
    expect(preflight.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(preflight.headers.get('access-control-allow-methods')).toContain('DELETE');
    expect(preflight.headers.get('access-control-allow-headers')).toContain('last-event-id');
  });

  it('streams the model at /test/stream as real JSON', async () => {
    await using stream = await curlStream(test.server, '/test/stream', { token });
    const frames = await stream.rest();
    const types = frames.map(({ data }) => z.object({ type: z.string() }).parse(data).type);
    expect(types.at(0)).toBe('start');
    expect(types.at(-1)).toBe('end');
    expect(new Set(types.slice(1, -1))).toEqual(new Set(['chunk']));
    expect(frames.every(({ id, event }) => id === null && event === null)).toBe(true);
  });

  it('answers API addresses in JSON, whatever a browser accepts', async () => {
    const headers = { accept: 'text/html,application/xhtml+xml' };
    const answer = await curl('/user/me', { token, headers });
    expect(answer.headers.get('content-type')).toContain('application/json');
  });
});
