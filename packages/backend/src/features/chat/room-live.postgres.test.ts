import { once } from 'node:events';
import { connect } from 'node:net';
import { isTrackedEnvelope } from '@trpc/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Backend } from '../../create-backend.ts';
import { startRedis, type TestRedis } from '../../testing/services/redis.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { callerOn, type TestCaller } from '../../testing/test-caller.ts';
import { expectInboxConverges, openTestInbox } from './inbox-testing.ts';
import { roomEphemeral } from './room-ephemeral.ts';
import { createTestRoom, say } from './room-testing.ts';

let redis: TestRedis;
let test: TestBackend;
let there: Backend;
beforeAll(async () => {
  redis = await startRedis();
  test = await createTestBackend({ config: { redisUrl: redis.url } });
  there = await test.addNode();
});
afterAll(async () => {
  await test[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});

async function prepare() {
  const { roomId, owner, members } = await createTestRoom(test.backend);
  const [member] = members;
  if (member === undefined) throw new Error('no member');
  return { roomId, owner, member, away: callerOn(there, member.ctx.caller) };
}

/** Who is online and who is typing, as a member is told on their node, until it is disposed of. */
function listen({ ctx }: TestCaller, roomId: string) {
  const stopping = new AbortController();
  const state = { online: new Set<string>(), typing: new Set<string>() };
  const reading = (async () => {
    for await (const envelope of roomEphemeral(ctx, { roomId }, stopping.signal)) {
      if (!isTrackedEnvelope(envelope)) throw new Error('an event came without its id');
      const [, { type, data }] = envelope;
      if (type === 'now') {
        Object.assign(state, { online: new Set(data.online), typing: new Set(data.typing) });
      } else {
        for (const id of data.online) state.online.add(id);
        for (const id of data.offline) state.online.delete(id);
        for (const id of data.typing) state.typing.add(id);
        for (const id of data.stopped) state.typing.delete(id);
      }
    }
  })();
  return {
    state,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await reading;
    },
  };
}

async function flushAll(): Promise<void> {
  const { hostname, port } = new URL(redis.url);
  const socket = connect(Number(port), hostname);
  socket.end('FLUSHALL\r\n');
  socket.resume();
  await once(socket, 'close');
}

describe('presence and typing on two nodes', () => {
  it('are told to the other node, outlive FLUSHALL, and come back by themselves after Redis was away', async () => {
    const { roomId, owner, member, away } = await prepare();
    const [me, you] = [owner.ctx.caller.userId, member.ctx.caller.userId];
    await using here = listen(owner, roomId);
    await using afar = listen(away, roomId);
    using _mine = test.backend.presence.arrive(owner.ctx.caller);
    using _yours = there.presence.arrive(member.ctx.caller);
    const both = new Set([me, you]);
    await expect.poll(() => [here.state.online, afar.state.online]).toEqual([both, both]);
    await away.call.chat.setTyping({ roomId, isTyping: true });
    await expect.poll(() => here.state.typing).toEqual(new Set([you]));
    await flushAll();
    await away.call.chat.setTyping({ roomId, isTyping: false });
    await expect.poll(() => here.state.typing).toEqual(new Set());
    expect([here.state.online, afar.state.online]).toEqual([both, both]);

    await redis.restart();
    const late = callerOn(there, member.ctx.caller);
    await expect
      .poll(
        async () => {
          await late.call.chat.setTyping({ roomId, isTyping: true });
          return here.state.typing;
        },
        { timeout: 15_000, interval: 500 },
      )
      .toEqual(new Set([you]));
    await expect
      .poll(() => [here.state.online, afar.state.online], { timeout: 15_000 })
      .toEqual([both, both]);
  });

  it('end at once with the node that says goodbye', async () => {
    const { roomId, owner, member } = await prepare();
    const leaving = await test.addNode();
    await using here = listen(owner, roomId);
    leaving.presence.arrive(member.ctx.caller);
    await expect.poll(() => here.state.online).toEqual(new Set([member.ctx.caller.userId]));
    await leaving.presence[Symbol.asyncDispose]();
    await expect.poll(() => here.state.online, { timeout: 2_000 }).toEqual(new Set());
  });
});

describe('chat.inbox on another node', () => {
  it('keeps a list exactly as a fresh one, with Redis and while it is away', async () => {
    const { roomId, owner, away } = await prepare();
    await using inbox = await openTestInbox(away);
    const talk = async (): Promise<void> => {
      const { messageId: threadOf, seq } = await say(owner, roomId, 'one');
      await owner.call.chat.postMessage({
        roomId,
        threadOf,
        text: 'reply',
        clientId: `reply:${threadOf}`,
        mentions: [away.ctx.caller.userId],
      });
      await callerOn(test.backend, away.ctx.caller).call.chat.markRead({ roomId, seq });
      await say(owner, roomId, 'two');
    };
    await expectInboxConverges(away, inbox, talk);
    await redis.pause();
    try {
      await expectInboxConverges(away, inbox, talk);
    } finally {
      await redis.resume();
    }
    await expectInboxConverges(away, inbox, talk);
  });
});
