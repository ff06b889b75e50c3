import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { systemClock } from '../../clock.ts';
import { createRoom } from '../../features/chat/create-room.ts';
import { withSystemTransaction } from '../../db/transaction.ts';
import { createTestCaller, createTestTenant, type TestCaller } from '../../testing/test-caller.ts';
import { createTestServer, type TestServer } from '../../testing/test-server.ts';
import { curlOn } from '../rest/curl-testing.ts';
import { bearer, ChatClient, chatPath, gatewayHeaders } from './chat-testing.ts';

const SECRET = 'a secret that the gateway and the server share';
let shiftMs = 0;
let server: TestServer;
let ann: TestCaller;
let room: { id: string; number: number };
beforeAll(async () => {
  const clock = { ...systemClock, now: () => new Date(Date.now() + shiftMs) };
  server = await createTestServer({
    config: { gatewaySecret: SECRET },
    overrides: { clock },
    limits: { sockets: { endGraceMs: 0 } },
  });
  ann = await createTestCaller(server.node.backend);
  room = await createRoom(ann.ctx, { clientId: randomUUID(), name: 'Room', isPublic: true });
});
afterAll(async () => await server[Symbol.asyncDispose]());

const tokenOf = async ({ ctx }: TestCaller): Promise<string> => await server.tokenOf(ctx.caller);
const statusOf = async (path: string, headers?: Record<string, string>): Promise<number> => {
  const answer = await ChatClient.try(server.server, path, headers);
  if (typeof answer === 'number') return answer;
  await answer[Symbol.asyncDispose]();
  return 101;
};

async function ticketFor(token: string): Promise<string> {
  const { status, body } = await curlOn(server.server)('/chat/v1/ticket/', { method: 'POST', token });
  expect(status).toBe(201);
  const { ticket, expires_at } = z.object({ ticket: z.string(), expires_at: z.iso.datetime() }).parse(body);
  expect(new Date(expires_at).getTime() - Date.now()).toBeLessThanOrEqual(30_500);
  return ticket;
}

describe('before the upgrade', () => {
  test('nobody without a good token, ticket or signature is let in', async () => {
    expect(await statusOf(chatPath(room.number))).toBe(401);
    expect(await statusOf(chatPath(room.number), bearer('x.y.z'))).toBe(401);
    expect(await statusOf(chatPath(room.number, '?ticket=aws_x'))).toBe(401);
    const query = '?user_id=u1&nickname=Una&email=una%40example.org';
    expect(await statusOf(chatPath(room.number, query))).toBe(401);
  });

  test('another tenant than the token’s is 403, an unknown room 404, an address that is none 404', async () => {
    const headers = bearer(await tokenOf(ann));
    const other = await createTestTenant(server.node.backend);
    expect(await statusOf(chatPath(room.number), { ...headers, 'x-tenant-id': other })).toBe(403);
    const stranger = await createTestCaller(server.node.backend, { tenantId: other });
    expect(await statusOf(chatPath(room.number), bearer(await tokenOf(stranger)))).toBe(404);
    for (const path of [chatPath(999_999), '/ws/chat/x/chat/', '/ws/chat/1/', '/ws/chat/-1/chat/']) {
      expect([path, await statusOf(path, headers)]).toEqual([path, 404]);
    }
  });

  test('the origin is asked for as on every other socket', async () => {
    const headers = bearer(await tokenOf(ann));
    expect(await statusOf(chatPath(room.number), { ...headers, origin: 'https://evil.example' })).toBe(403);
    expect(await statusOf(chatPath(room.number), { ...headers, origin: server.server.url })).toBe(101);
  });

  test('a private room lets its members in, and does not exist for others', async () => {
    const hidden = await createRoom(ann.ctx, { clientId: randomUUID(), name: 'Private' });
    const ben = await createTestCaller(server.node.backend);
    expect(await statusOf(chatPath(hidden.number), bearer(await tokenOf(ben)))).toBe(404);
    expect(await statusOf(chatPath(hidden.number), bearer(await tokenOf(ann)))).toBe(101);
  });

  test('an API key needs the scope for what it does', async () => {
    const reader = await createTestCaller(server.node.backend);
    const { key } = await reader.call.auth.createApiKey({ name: 'reads', scopes: ['read'] });
    // Coming in would be joining.
    expect(await statusOf(chatPath(room.number), bearer(key))).toBe(403);
    await reader.call.chat.joinRoom({ roomId: room.id });
    await using socket = await ChatClient.open(server.server, chatPath(room.number), bearer(key));
    socket.say('with a key that may not');
    await socket.frame({ type: 'error', code: 'FORBIDDEN' });
  });
});

describe('a ticket', () => {
  test('opens one socket, also when two come with it at once', async () => {
    const ticket = await ticketFor(await tokenOf(ann));
    const path = chatPath(room.number, `?ticket=${ticket}`);
    const answers = await Promise.all([statusOf(path), statusOf(path)]);
    expect(answers.toSorted()).toEqual([101, 401]);
    expect(await statusOf(path)).toBe(401);
  });

  test('is over after thirty seconds', async () => {
    const ticket = await ticketFor(await tokenOf(ann));
    await withSystemTransaction(server.node.backend, async ({ db }) => {
      const { expiresAt } = await db
        .selectFrom('socketTickets')
        .select('expiresAt')
        .where('userId', '=', ann.ctx.caller.userId)
        .executeTakeFirstOrThrow();
      await db
        .updateTable('socketTickets')
        .set({ expiresAt: new Date(expiresAt.getTime() - 30_000) })
        .execute();
    });
    expect(await statusOf(chatPath(room.number, `?ticket=${ticket}`))).toBe(401);
  });

  test('ends with the session it was made for, and is for the rooms of its tenant alone', async () => {
    const ben = await createTestCaller(server.node.backend);
    const path = chatPath(room.number, `?ticket=${await ticketFor(await tokenOf(ben))}`);
    await ben.call.auth.logout();
    expect(await statusOf(path)).toBe(401);
    const tenantId = await createTestTenant(server.node.backend);
    const stranger = await createTestCaller(server.node.backend, { tenantId });
    const foreign = await ticketFor(await tokenOf(stranger));
    expect(await statusOf(chatPath(room.number, `?ticket=${foreign}`))).toBe(404);
  });

  test('lets its socket live no longer than the token it was asked for with', async () => {
    const token = await tokenOf(ann);
    const [first, second] = [await ticketFor(token), await ticketFor(token)];
    try {
      shiftMs = 15 * 60_000 - 1_500;
      await using socket = await ChatClient.open(server.server, chatPath(room.number, `?ticket=${first}`));
      expect(await socket.closed).toBe(4401);
      shiftMs = 15 * 60_000;
      expect(await statusOf(chatPath(room.number, `?ticket=${second}`))).toBe(401);
    } finally {
      shiftMs = 0;
    }
  });
});

describe('a gateway', () => {
  const query = (fields: Record<string, string> = {}): string =>
    `?${new URLSearchParams({ user_id: 'u1', nickname: 'Una', email: 'una@example.org', ...fields }).toString()}`;
  const signed = (path: string, at?: number): Record<string, string> =>
    gatewayHeaders(path, { secret: SECRET, ...(at !== undefined && { at }) });

  test('is believed when it has signed path and query within the last minute, and not otherwise', async () => {
    const path = chatPath(room.number, query());
    const now = Math.floor(Date.now() / 1_000);
    expect(await statusOf(path, signed(path))).toBe(101);
    expect(await statusOf(path, signed(path, now - 55))).toBe(101);
    const refused = {
      old: signed(path, now - 62),
      'from the future': signed(path, now + 65),
      'for another user': signed(chatPath(room.number, query({ user_id: 'u2' }))),
      'with another secret': gatewayHeaders(path, { secret: `${SECRET}!` }),
      'without a time': { 'x-gateway-signature': signed(path)['x-gateway-signature'] ?? '' },
      'without a signature': { 'x-gateway-timestamp': String(now) },
      'that is short': { ...signed(path), 'x-gateway-signature': 'abcd' },
      'with a good token': { ...bearer(await tokenOf(ann)), ...signed(path, now - 62) },
    };
    for (const [why, headers] of Object.entries(refused)) {
      expect([why, await statusOf(path, headers)]).toEqual([why, 401]);
    }
  });

  test('must name user, nickname and address, each once', async () => {
    const bad = [
      '',
      '?user_id=u1&nickname=Una',
      '?user_id=u1&email=una%40example.org',
      query({ email: 'no address' }),
      query({ profile_url: 'javascript:alert(1)' }),
      query({ nickname: '' }),
      `${query()}&user_id=u2`,
    ];
    for (const text of bad) {
      const path = chatPath(room.number, text);
      expect([text, await statusOf(path, signed(path))]).toEqual([text, 400]);
    }
    const unknown = chatPath(999_999, query());
    expect(await statusOf(unknown, signed(unknown))).toBe(404);
  });

  test('has users of its own, the same ones every time, who take nobody’s account', async () => {
    const address = `${ann.ctx.caller.userId}@test.local`;
    const fields = { user_id: 'like-ann', nickname: 'Not Ann', email: address };
    const path = chatPath(room.number, query({ ...fields, profile_url: 'https://example.org/a.png' }));
    const sockets = await Promise.all(
      [1, 2, 3].map(async () => await ChatClient.open(server.server, path, signed(path))),
    );
    const [socket] = sockets;
    socket?.say('from the gateway');
    expect(await socket?.frame({ type: 'chat.message' })).toMatchObject({
      message: 'from the gateway',
      sender: address,
      nickname: 'Not Ann',
      profile_picture_url: 'https://example.org/a.png',
    });
    for (const one of sockets) await one[Symbol.asyncDispose]();
    const { state } = await ann.call.chat.getRoom({ roomId: room.id });
    expect(state.members.filter(({ name }) => name === 'Not Ann')).toHaveLength(1);
    expect(state.messages.at(-1)?.authorId).not.toBe(ann.ctx.caller.userId);
    const login = { email: address, password: 'whatever it is' };
    expect((await curlOn(server.server)('/auth/login', { json: login })).status).toBe(401);
  });

  test('loses a user’s sockets with their session, and cannot bring back somebody who was deactivated', async () => {
    const path = chatPath(room.number, query({ user_id: 'leaver', nickname: 'Leaver' }));
    await using socket = await ChatClient.open(server.server, path, signed(path));
    const { backend } = server.node;
    const sessionId = await withSystemTransaction(backend, async ({ db }) => {
      const { userId } = await db
        .selectFrom('gatewayUsers')
        .select('userId')
        .where('externalId', '=', 'leaver')
        .executeTakeFirstOrThrow();
      await db.updateTable('users').set({ isActive: false }).where('id', '=', userId).execute();
      const { id } = await db
        .updateTable('sessions')
        .set({ revokedAt: new Date(), revokedReason: 'revoked' })
        .where('userId', '=', userId)
        .returning('id')
        .executeTakeFirstOrThrow();
      return id;
    });
    backend.sessionWatch.announce([sessionId]);
    expect(await socket.closed).toBe(4403);
    expect(await statusOf(path, signed(path))).toBe(403);
  });
});

test('without a secret no gateway is believed, and where no token is asked for a query alone is', async () => {
  await using open = await createTestServer({ config: { allowsAnonymous: true } });
  const owner = await createTestCaller(open.node.backend);
  const { number } = await createRoom(owner.ctx, { clientId: randomUUID(), name: 'Open', isPublic: true });
  const path = chatPath(number, '?user_id=u1&nickname=Una&email=una%40example.org');
  expect(await ChatClient.try(open.server, path, gatewayHeaders(path, { secret: '' }))).toBe(401);
  await using una = await ChatClient.open(open.server, path);
  await una.frame({ type: 'chat.user.join', username: 'Una' });
  await using developer = await ChatClient.open(open.server, chatPath(number));
  await una.frame({ type: 'chat.user.join', username: 'Developer' });
  developer.say('hello');
  await una.frame({ sender: 'developer@aura.local', message: 'hello' });
  expect(await ChatClient.try(open.server, chatPath(number, '?user_id=u1'))).toBe(400);
  const foreign = { host: 'aura.example:80' };
  expect(await ChatClient.try(open.server, path, foreign)).toBe(401);
});
