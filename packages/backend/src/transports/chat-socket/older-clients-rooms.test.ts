import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { followRoom } from '../../features/chat/room-testing.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { createTestServer, type TestServer } from '../../testing/test-server.ts';
import { type CurlOptions, curlOn } from '../rest/curl-testing.ts';
import { bearer, ChatClient, chatPath } from './chat-testing.ts';

let server: TestServer;
let curl: ReturnType<typeof curlOn>;
beforeAll(async () => {
  server = await createTestServer();
  curl = curlOn(server.server);
});
afterAll(async () => await server[Symbol.asyncDispose]());

const roomSchema = z.strictObject({
  id: z.int(),
  name: z.string(),
  post_id: z.string().nullable(),
  created_at: z.iso.datetime(),
  member_count: z.int(),
  last_message_at: z.iso.datetime().nullable(),
});
const messageSchema = z.strictObject({
  id: z.uuid(),
  room: z.int(),
  message: z.string(),
  sender: z.string().nullable(),
  nickname: z.string(),
  profile_picture_url: z.string().nullable(),
  seq: z.int(),
  at: z.iso.datetime(),
});
const roomWithMessagesSchema = roomSchema.extend({ messages: z.array(messageSchema) });

async function person(): Promise<{ user: TestCaller; token: string; email: string }> {
  const user = await createTestCaller(server.node.backend);
  const token = await server.tokenOf(user.ctx.caller);
  return { user, token, email: `${user.ctx.caller.userId}@test.local` };
}

async function makeRoom(token: string, body: object = {}): Promise<z.infer<typeof roomSchema>> {
  const { status, body: room } = await curl('/chat/v1/create-room/', {
    token,
    json: { name: 'Post', post_id: '17', ...body },
  });
  expect(status).toBe(201);
  return roomSchema.parse(room);
}

describe('the older guide to live rooms', () => {
  test('a message is seen by everybody in the room, in one order on the socket, over REST and by tRPC', async () => {
    const [ann, ben] = [await person(), await person()];
    const room = await makeRoom(ann.token);
    expect(room).toMatchObject({ name: 'Post', post_id: '17', member_count: 1, last_message_at: null });

    await using annSocket = await ChatClient.open(server.server, chatPath(room.id), bearer(ann.token));
    await annSocket.frame({ type: 'chat.user.join' });
    // Ben knows no membership: coming in is joining.
    await using benSocket = await ChatClient.open(server.server, chatPath(room.id), bearer(ben.token));
    const benName = ben.email.split('@')[0];
    await annSocket.frame({ type: 'chat.user.join', username: benName });

    annSocket.say('one');
    await benSocket.frame({ type: 'chat.message', message: 'one' });
    benSocket.say('two');
    await annSocket.frame({ message: 'two' });
    const posted = await curl('/chat/v1/message/', {
      token: ben.token,
      json: { message: 'three', room: room.id },
    });
    expect(posted.status).toBe(201);
    const message = messageSchema.parse(posted.body);
    const { room: _, ...said } = message;
    expect(await annSocket.frame({ message: 'three' })).toEqual({ type: 'chat.message', ...said });
    expect(message).toMatchObject({ sender: ben.email, nickname: benName, room: room.id });
    await benSocket.frame({ message: 'three' });

    const { body } = await curl(`/chat/v1/room/${room.id}/`, { token: ann.token });
    const read = roomWithMessagesSchema.parse(body);
    expect(read).toMatchObject({ id: room.id, member_count: 2 });
    const texts = ['one', 'two', 'three'];
    expect(read.messages.map((one) => one.message)).toEqual(texts);
    expect(annSocket.messages).toEqual(texts);
    expect(benSocket.messages).toEqual(texts);

    const { roomId } = await ann.user.call.chat.byNumber.find({ number: room.id });
    const { state } = await ann.user.call.chat.getRoom({ roomId });
    expect(state.messages.map(({ id }) => id)).toEqual(read.messages.map(({ id }) => id));
    const { events } = await followRoom(ann.user, roomId, { until: ({ type }) => type === 'reset' });
    expect(events).toMatchObject([
      { type: 'reset', data: { state: { messages: texts.map((text) => ({ text })) } } },
    ]);

    const listed = await curl('/chat/v1/rooms', { token: ann.token });
    const [first] = z.array(roomSchema).parse(listed.body);
    expect(first).toMatchObject({ id: room.id, member_count: 2, last_message_at: message.at });
  });

  test('a user with several sockets joins once, and leaves when the last one is gone', async () => {
    const [ann, ben] = [await person(), await person()];
    const room = await makeRoom(ann.token);
    await using watching = await ChatClient.open(server.server, chatPath(room.id), bearer(ann.token));
    const name = ben.email.split('@')[0];
    const first = await ChatClient.open(server.server, chatPath(room.id), bearer(ben.token));
    await watching.frame({ type: 'chat.user.join', username: name });
    const second = await ChatClient.open(server.server, chatPath(room.id), bearer(ben.token));
    await first[Symbol.asyncDispose]();
    // In the one order in which frames come, after whatever the first one's end could have said.
    second.say('still here');
    await watching.frame({ message: 'still here' });
    expect(watching.ofType('chat.user.leave')).toEqual([]);
    await second[Symbol.asyncDispose]();
    expect(await watching.frame({ type: 'chat.user.leave' })).toEqual({
      type: 'chat.user.leave',
      username: name,
    });
    expect(watching.frames.filter((frame) => JSON.stringify(frame).includes('chat.user.join'))).toHaveLength(
      2,
    );
  });

  test('what makes no sense is answered with an error, and the tenth within a minute ends the socket', async () => {
    const ann = await person();
    const room = await makeRoom(ann.token);
    await using socket = await ChatClient.open(server.server, chatPath(room.id), bearer(ann.token));
    const bad = ['{', '[]', 'null', '{"type":"chat.unknown"}', '{"type":"chat.message"}', ''];
    for (const frame of bad) socket.send(frame);
    socket.ws.send(Buffer.from('{"type":"chat.message","message":"bytes"}'), { binary: true });
    socket.say('x'.repeat(32_769));
    socket.say('fine', 'short');
    await expect.poll(() => socket.ofType('error').length).toBe(9);
    expect(socket.ofType('error')).toEqual(
      Array.from({ length: 9 }, () => ({ type: 'error', code: 'BAD_INPUT', message: expect.any(String) })),
    );
    socket.say('it lives on');
    await socket.frame({ message: 'it lives on' });
    socket.send('the tenth');
    expect(await socket.closed).toBe(1008);
    expect(socket.ofType('error')).toHaveLength(10);
    expect(socket.messages).toEqual(['it lives on']);
  });

  test('the longest message fits, however it is written', async () => {
    const ann = await person();
    const room = await makeRoom(ann.token);
    await using socket = await ChatClient.open(server.server, chatPath(room.id), bearer(ann.token));
    const escaped = String.raw`\u00e9`.repeat(32_768);
    socket.send(`{"type":"chat.message","message":"${escaped}"}`);
    expect(await socket.frame({ type: 'chat.message' })).toMatchObject({ message: 'é'.repeat(32_768) });
  });

  test('a message is posted once when it is sent again under its client_id', async () => {
    const ann = await person();
    const room = await makeRoom(ann.token);
    await using socket = await ChatClient.open(server.server, chatPath(room.id), bearer(ann.token));
    const clientId = randomUUID();
    socket.say('once', clientId);
    socket.say('once', clientId);
    socket.say('other words', clientId);
    await socket.frame({ type: 'error', code: 'IDEMPOTENCY_CONFLICT' });
    socket.say('last');
    await socket.frame({ message: 'last' });
    expect(socket.messages).toEqual(['once', 'last']);
  });
});

describe('over REST', () => {
  test('nobody is let in without a token', async () => {
    const requests: [string, CurlOptions][] = [
      ['/chat/v1/rooms/', {}],
      ['/chat/v1/create-room/', { json: { name: 'x' } }],
      ['/chat/v1/room/1/', {}],
      ['/chat/v1/message/', { json: { message: 'x', room: 1 } }],
      ['/chat/v1/ticket/', { method: 'POST' }],
    ];
    for (const [path, options] of requests) {
      const { status, headers } = await curl(path, options);
      expect([path, status, headers.get('www-authenticate')]).toEqual([path, 401, 'Bearer']);
    }
  });

  test('bad input is 400, an unknown room 404', async () => {
    const { token } = await person();
    const { id } = await makeRoom(token);
    const status = async (path: string, options: CurlOptions = {}): Promise<number> =>
      (await curl(path, { token, ...options })).status;
    expect(await status('/chat/v1/create-room/', { json: { post_id: 'x' } })).toBe(400);
    expect(await status('/chat/v1/message/', { json: { room: id } })).toBe(400);
    expect(await status('/chat/v1/message/', { json: { message: ' ', room: id } })).toBe(400);
    expect(await status('/chat/v1/message/', { json: { message: 'x', room: 'one' } })).toBe(400);
    expect(await status('/chat/v1/room/one/')).toBe(400);
    expect(await status('/chat/v1/room/99999999999/')).toBe(400);
    expect(await status('/chat/v1/room/999999/')).toBe(404);
    expect(await status('/chat/v1/message/', { json: { message: 'x', room: 999_999 } })).toBe(404);
  });

  test('a private room does not exist for those who are not in it, and posting into a public one joins it once', async () => {
    const [ann, ben] = [await person(), await person()];
    const hidden = await ann.user.call.chat.createRoom({ clientId: randomUUID(), name: 'Private' });
    const missing = await curl('/chat/v1/room/999999/', { token: ben.token });
    const kept = await curl(`/chat/v1/room/${hidden.number}/`, { token: ben.token });
    const told = (body: unknown): object => ({ ...z.looseObject({}).parse(body), requestId: null });
    expect([kept.status, told(kept.body)]).toEqual([404, told(missing.body)]);
    const posting = { token: ben.token, json: { message: 'x', room: hidden.number } };
    expect((await curl('/chat/v1/message/', posting)).status).toBe(404);

    const room = await makeRoom(ann.token, { post_id: 5 });
    expect(room.post_id).toBe('5');
    for (const message of ['a', 'b']) {
      const { status } = await curl('/chat/v1/message/', {
        token: ben.token,
        json: { message, room: room.id },
      });
      expect(status).toBe(201);
    }
    const { body } = await curl(`/chat/v1/room/${room.id}/`, { token: ben.token });
    expect(body).toMatchObject({ member_count: 2, messages: [{ message: 'a' }, { message: 'b' }] });
    const { body: rooms } = await curl('/chat/v1/rooms/', { token: ben.token });
    expect(
      z
        .array(roomSchema)
        .parse(rooms)
        .map(({ id }) => id),
    ).not.toContain(hidden.number);
  });

  test('whoever was banned neither reads nor posts, and what was deleted is not told', async () => {
    const [ann, ben] = [await person(), await person()];
    const room = await makeRoom(ann.token);
    const json = { message: 'gone', room: room.id };
    const { body } = await curl('/chat/v1/message/', { token: ben.token, json });
    const { roomId } = await ann.user.call.chat.byNumber.find({ number: room.id });
    await ann.user.call.chat.deleteMessage({ roomId, messageId: messageSchema.parse(body).id });
    await ann.user.call.chat.ban({ roomId, userId: ben.user.ctx.caller.userId });
    for (const answer of [
      await curl(`/chat/v1/room/${room.id}/`, { token: ben.token }),
      await curl('/chat/v1/message/', { token: ben.token, json }),
    ]) {
      expect(answer).toMatchObject({ status: 403, body: { code: 'BANNED' } });
    }
    expect(await ChatClient.try(server.server, chatPath(room.id), bearer(ben.token))).toBe(403);
    const read = await curl(`/chat/v1/room/${room.id}/`, { token: ann.token });
    expect(read.body).toMatchObject({ messages: [] });
  });
});
