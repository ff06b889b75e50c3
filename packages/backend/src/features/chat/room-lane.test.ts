import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, holds, RawClient } from '../../testing/raw-client.ts';
import type { TestCaller } from '../../testing/test-caller.ts';
import { createTestServer, type TestServer } from '../../testing/test-server.ts';
import { createTestRoom, idOf, say } from './room-testing.ts';

let server: TestServer;
beforeAll(async () => {
  server = await createTestServer();
});
afterAll(async () => await server[Symbol.asyncDispose]());

const laneCount = (): number => server.node.backend.hub.laneCount;
const posted = (text: string): object => ({
  result: { data: { data: { type: 'message_posted', data: { message: { text } } } } },
});

async function follow({ ctx }: TestCaller, roomId: string): Promise<RawClient> {
  const client = await RawClient.connect(server.socketUrl, { token: await server.tokenOf(ctx.caller) });
  client.send(call(1, 'chat.events', { method: 'subscription', input: { roomId } }));
  await client.frame({ result: { data: { data: { type: 'reset' } } } });
  return client;
}

describe('chat.events on sockets', () => {
  it('ends with FORBIDDEN for those who are removed, and for nobody else, while all of them ride in one lane', async () => {
    const room = await createTestRoom(server.node.backend, { memberCount: 3 });
    const { roomId, owner, members } = room;
    await using stack = new AsyncDisposableStack();
    const readers: RawClient[] = [];
    for (const member of [owner, ...members]) readers.push(stack.use(await follow(member, roomId)));
    await say(owner, roomId, 'all aboard');
    await expect.poll(laneCount).toBe(4);
    const [, second, third] = members;
    if (second === undefined || third === undefined) throw new Error('too few members');
    for (const gone of [second, third]) {
      await owner.call.chat.removeMember({ roomId, userId: idOf(gone) });
      await say(owner, roomId, `without ${idOf(gone)}`);
    }
    const said = [second, third].map((gone) => posted(`without ${idOf(gone)}`));
    for (const reader of readers.slice(0, 2)) for (const message of said) await reader.frame(message);
    for (const [index, reader] of readers.slice(2).entries()) {
      await reader.frame({ id: 1, error: { data: { aura: { code: 'FORBIDDEN' } } } });
      const heard = said.filter((message) => reader.frames.some((frame) => holds(frame, message)));
      expect(heard).toEqual(said.slice(0, index));
    }
    await expect.poll(laneCount).toBe(2);
  });

  it('starts anew for everybody when what may be seen changes', async () => {
    const { roomId, owner, members } = await createTestRoom(server.node.backend, { memberCount: 1 });
    const [member] = members;
    if (member === undefined) throw new Error('no member');
    await using mine = await follow(owner, roomId);
    await using theirs = await follow(member, roomId);
    await say(owner, roomId, 'all aboard');
    await expect.poll(laneCount).toBeGreaterThanOrEqual(2);
    await owner.call.chat.updateRoom({ roomId, hidesArgs: true });
    const resets = (client: RawClient): number =>
      client.frames.filter((frame) => holds(frame, { result: { data: { data: { type: 'reset' } } } })).length;
    for (const client of [mine, theirs]) await expect.poll(() => resets(client)).toBe(2);
    await owner.call.chat.postMessage({ roomId, clientId: randomUUID(), text: 'after it' });
    for (const client of [mine, theirs]) await client.frame(posted('after it'));
  });
});
