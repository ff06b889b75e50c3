import { afterAll, beforeAll, expect, test } from 'vitest';
import { followRoom } from '../../features/chat/room-testing.ts';
import { startRedis, type TestRedis } from '../../testing/services/redis.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { createTestServer, type TestServer } from '../../testing/test-server.ts';
import { createHttpServer, type HttpServer } from '../http-server.ts';
import { bearer, ChatClient, chatPath } from './chat-testing.ts';

let redis: TestRedis;
let here: TestServer;
let there: HttpServer;
beforeAll(async () => {
  redis = await startRedis();
  here = await createTestServer({ config: { redisUrl: redis.url } });
  there = await createHttpServer(await here.node.addNode(), { host: '127.0.0.1', port: 0, webRoot: null });
});
afterAll(async () => {
  await there[Symbol.asyncDispose]();
  await here[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});

const nameOf = ({ ctx }: TestCaller): string => ctx.caller.userId;

async function prepare() {
  const [ann, ben] = [await createTestCaller(here.node.backend), await createTestCaller(here.node.backend)];
  const { number } = await ann.call.chat.byNumber.create({ clientId: crypto.randomUUID(), name: 'Far' });
  const open = async (on: { url: string }, { ctx }: TestCaller): Promise<ChatClient> =>
    await ChatClient.open(on, chatPath(number), bearer(await here.tokenOf(ctx.caller)));
  return { ann, ben, number, open };
}

test('a room is one on two nodes: everybody sees every message, in the one order of the log', async () => {
  const { ann, ben, number, open } = await prepare();
  await using annSocket = await open(here.server, ann);
  await using benSocket = await open(there, ben);
  for (let count = 0; count < 50; count++) {
    annSocket.say(`ann ${count}`);
    benSocket.say(`ben ${count}`);
  }
  await expect.poll(() => annSocket.messages.length).toBe(100);
  await expect.poll(() => benSocket.messages.length).toBe(100);
  expect(benSocket.messages).toEqual(annSocket.messages);
  const { roomId } = await ann.call.chat.byNumber.find({ number });
  const { messages } = await ann.call.chat.messages({ roomId, limit: 200 });
  expect(messages.map(({ text }) => text)).toEqual(annSocket.messages);
  const { events } = await followRoom(ann, roomId, { until: ({ type }) => type === 'reset' });
  expect(events).toHaveLength(1);
});

test('a user with sockets on two nodes comes once and goes once', async () => {
  const { ann, ben, open } = await prepare();
  await using watching = await open(here.server, ann);
  await watching.frame({ type: 'chat.user.join', username: nameOf(ann) });
  const far = await open(there, ben);
  await watching.frame({ type: 'chat.user.join', username: nameOf(ben) });
  // Who was there before is no news there: Ben hears of himself alone.
  await far.frame({ type: 'chat.user.join', username: nameOf(ben) });
  const near = await open(here.server, ben);
  await far[Symbol.asyncDispose]();
  await using third = await open(there, ann);
  await third.frame({ type: 'chat.user.join', username: nameOf(ann) });
  near.say('still here');
  await watching.frame({ message: 'still here' });
  expect(watching.ofType('chat.user.leave')).toEqual([]);
  await near[Symbol.asyncDispose]();
  await watching.frame({ type: 'chat.user.leave', username: nameOf(ben) });
  expect(watching.ofType('chat.user.join')).toHaveLength(2);
  expect(watching.ofType('chat.user.leave')).toHaveLength(1);
  expect(far.frames).not.toContainEqual({ type: 'chat.user.join', username: nameOf(ann) });
});
