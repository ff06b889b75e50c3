import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../clock.ts';
import { withSystemTransaction } from '../../db/transaction.ts';
import { createTestRoom, idOf, say, type TestRoom } from '../../features/chat/room-testing.ts';
import type { Bus } from '../../realtime/bus.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { createTestServer, type TestServer } from '../../testing/test-server.ts';
import { SOCKET_LIMITS } from '../websocket/limits.ts';
import { bearer, ChatClient, chatPath } from './chat-testing.ts';

const FLOW = { pauseBytes: 64_000, stallMs: 700 };
let server: TestServer;
beforeAll(async () => {
  server = await createTestServer({ limits: { sockets: { flow: FLOW } } });
});
afterAll(async () => await server[Symbol.asyncDispose]());

interface Prepared extends TestRoom {
  member: TestCaller;
  number: number;
}

async function prepare(on: TestServer = server): Promise<Prepared> {
  const room = await createTestRoom(on.node.backend, { isPublic: true });
  const [member] = room.members;
  if (member === undefined) throw new Error('no member');
  const { number } = (await member.call.chat.getRoom(room)).state.room;
  return { ...room, member, number };
}

async function open(on: TestServer, { number, member }: Prepared): Promise<ChatClient> {
  return await ChatClient.open(on.server, chatPath(number), bearer(await on.tokenOf(member.ctx.caller)));
}

/** Hints go nowhere: what has to hold within five seconds holds without them. */
const deafBus: Bus = {
  isDown: true,
  publish: () => {},
  subscribe: () => Promise.resolve({ unsubscribe: () => {} }),
  onGap: () => ({ [Symbol.dispose]: () => {} }),
  check: () => Promise.resolve(),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

test('mutes, slow mode and the archive hold on the socket, with their codes, and it lives on', async () => {
  const prepared = await prepare();
  const { roomId, owner, member } = prepared;
  await using socket = await open(server, prepared);
  await owner.call.chat.updateRoom({ roomId, slowModeSeconds: 60 });
  socket.say('first');
  socket.say('too soon');
  await socket.frame({ type: 'error', code: 'SLOW_MODE' });
  await owner.call.chat.mute({ roomId, userId: idOf(member), seconds: 60 });
  socket.say('muted');
  await socket.frame({ type: 'error', code: 'MUTED' });
  await owner.call.chat.archiveRoom({ roomId });
  socket.say('archived');
  await socket.frame({ type: 'error', code: 'ROOM_ARCHIVED' });
  expect(socket.messages).toEqual(['first']);
  expect(socket.ws.readyState).toBe(socket.ws.OPEN);
});

test('replies in threads are not told, the agent’s neither, its answers to the room are', async () => {
  const prepared = await prepare();
  const { roomId, owner } = prepared;
  await using socket = await open(server, prepared);
  const root = await say(owner, roomId, 'root');
  const reply = { roomId, text: 'a reply', threadOf: root.messageId, clientId: randomUUID() };
  await owner.call.chat.postMessage(reply);
  await owner.call.chat.postMessage({ ...reply, text: '@agent #say there', clientId: randomUUID() });
  await say(owner, roomId, '@agent hello');
  await socket.frame({ type: 'chat.message', sender: null, nickname: 'agent' });
  expect(socket.messages.slice(0, 2)).toEqual(['root', '@agent hello']);
  expect(socket.messages).toHaveLength(3);
});

test('a change of what its user may see leaves nothing out and tells nothing twice', async () => {
  const prepared = await prepare();
  const { roomId, owner, member } = prepared;
  await using socket = await open(server, prepared);
  const texts: string[] = [];
  for (let round = 0; round < 4; round++) {
    const text = `before ${round}`;
    texts.push(text, `after ${round}`);
    await say(owner, roomId, text);
    // Starts the feed again from a snapshot.
    await owner.call.chat.updateRoom({ roomId, hidesArgs: round % 2 === 0 });
    await say(member, roomId, `after ${round}`);
  }
  await say(owner, roomId, 'last');
  await socket.frame({ message: 'last' });
  expect(socket.messages).toEqual([...texts, 'last']);
});

test('somebody who is removed, banned or leaves is told nothing more, and the socket is closed (4404)', async () => {
  const acts = [
    async ({ owner, roomId, member }: Prepared) =>
      await owner.call.chat.removeMember({ roomId, userId: idOf(member) }),
    async ({ owner, roomId, member }: Prepared) =>
      await owner.call.chat.ban({ roomId, userId: idOf(member) }),
    async ({ roomId, member }: Prepared) => await member.call.chat.leaveRoom({ roomId }),
  ];
  for (const act of acts) {
    const prepared = await prepare();
    await using socket = await open(server, prepared);
    await act(prepared);
    await say(prepared.owner, prepared.roomId, 'a secret');
    expect(await socket.closed).toBe(4404);
    expect(socket.messages).toEqual([]);
  }
});

test('the end of a session and a ban close it within five seconds although no hint comes', async () => {
  await using deaf = await createTestServer({ overrides: { bus: deafBus } });
  const { backend } = deaf.node;
  const [first, second] = [await prepare(deaf), await prepare(deaf)];
  await using ended = await open(deaf, first);
  await using banned = await open(deaf, second);
  await withSystemTransaction(backend, async ({ db }) => {
    await db
      .updateTable('sessions')
      .set({ revokedAt: new Date() })
      .where('id', '=', first.member.ctx.caller.sessionId)
      .execute();
  });
  await second.owner.call.chat.ban({ roomId: second.roomId, userId: idOf(second.member) });
  const at = performance.now();
  expect(await Promise.all([ended.closed, banned.closed])).toEqual([4403, 4404]);
  expect(performance.now() - at).toBeLessThan(5_000);
});

test('it is closed (4401) when its token ends', async () => {
  let shiftMs = 0;
  const clock = { ...systemClock, now: () => new Date(Date.now() + shiftMs) };
  await using late = await createTestServer({
    overrides: { clock },
    limits: { sockets: { endGraceMs: 0 } },
  });
  const prepared = await prepare(late);
  const token = await late.tokenOf(prepared.member.ctx.caller);
  shiftMs = 15 * 60_000 - 1_500;
  await using socket = await ChatClient.open(late.server, chatPath(prepared.number), bearer(token));
  await socket.frame({ type: 'chat.user.join' });
  expect(await socket.closed).toBe(4401);
});

test('a client that does not read is cut off (4008) at a bounded price', async () => {
  const prepared = await prepare();
  const { owner, roomId } = prepared;
  await using slow = await open(server, prepared);
  await slow.frame({ type: 'chat.user.join' });
  slow.ws.pause();
  let peak = 0;
  const looking = setInterval(() => {
    peak = Math.max(peak, server.server.bufferedBytes);
  }, 1);
  for (let count = 0; count < 400 && server.server.socketCount > 0; count++) {
    await say(owner, roomId, 'é'.repeat(32_000));
  }
  await expect.poll(() => server.server.socketCount, { timeout: 10_000 }).toBe(0);
  clearInterval(looking);
  expect(peak).toBeGreaterThan(FLOW.pauseBytes);
  expect(peak).toBeLessThan(1_048_576);
  slow.ws.resume();
  expect(await slow.closed).toBe(4008);
});

test('its sockets count with all others, and none is let in where there is no room', async () => {
  await using small = await createTestServer({
    limits: { sockets: { maxSocketsPerAddress: 2, maxSocketsPerUser: 1 } },
  });
  const prepared = await prepare(small);
  await using one = await open(small, prepared);
  await one.frame({ type: 'chat.user.join' });
  await using two = await open(small, prepared);
  expect(await two.closed).toBe(4429);
  const stranger = await createTestCaller(small.node.backend);
  const token = await small.tokenOf(stranger.ctx.caller);
  await using other = await ChatClient.open(small.server, chatPath(prepared.number), bearer(token));
  expect(small.server.socketCount).toBe(2);
  expect(await ChatClient.try(small.server, chatPath(prepared.number), bearer(token))).toBe(429);
  expect(other.ws.readyState).toBe(other.ws.OPEN);
});

test('a server that stops closes it to come back (1012)', async () => {
  await using stopping = await createTestServer();
  const prepared = await prepare(stopping);
  await using socket = await open(stopping, prepared);
  const drained = stopping.server.drain({ handoverMs: 200 });
  expect(await socket.closed).toBe(1012);
  await drained;
});

test('a connection whose other end says nothing more is cut', async () => {
  await using strict = await createTestServer({
    limits: { sockets: { pingMs: 100, pongMs: SOCKET_LIMITS.pongMs / 100 } },
  });
  const prepared = await prepare(strict);
  await using alive = await open(strict, prepared);
  await using dead = await open(strict, prepared);
  await alive.frame({ type: 'chat.user.join' });
  dead.ws.pause();
  await expect.poll(() => strict.server.socketCount).toBe(1);
  expect(alive.ws.readyState).toBe(alive.ws.OPEN);
});
