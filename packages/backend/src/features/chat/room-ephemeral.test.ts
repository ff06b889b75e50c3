import { randomUUID } from 'node:crypto';
import { PassThrough } from 'node:stream';
import type { RoomEphemeralEvent } from '@aura/contract';
import { isTrackedEnvelope } from '@trpc/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHub } from '../../realtime/hub.ts';
import { createInProcessBus } from '../../realtime/in-process-bus.ts';
import { createPageReader } from '../../realtime/page-reader.ts';
import { createPresence } from '../../realtime/presence.ts';
import { createSocketFlow, FLOW_LIMITS } from '../../realtime/socket-flow.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { callerOn, createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { createTestTime } from '../../testing/test-time.ts';
import { roomEphemeral } from './room-ephemeral.ts';
import { createRoomFollowers } from './room-followers.ts';
import { createRoomMoments } from './room-moments.ts';
import { createTestRoom, say } from './room-testing.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend();
});
afterAll(async () => await test[Symbol.asyncDispose]());

const code = (aura: string) => ({ cause: { code: aura } });
const idOf = ({ ctx }: TestCaller): string => ctx.caller.userId;

interface Listener extends AsyncDisposable {
  ids: string[];
  events: RoomEphemeralEvent[];
  /** Who is typing and who is online, as all that was told says. */
  now(): { online: string[]; typing: string[] };
  ended: Promise<unknown>;
}

function listen({ ctx }: TestCaller, roomId: string): Listener {
  const stopping = new AbortController();
  const listener: Omit<Listener, 'ended' | typeof Symbol.asyncDispose> = {
    ids: [],
    events: [],
    now: () => stateAfter(listener.events),
  };
  const reading = (async () => {
    for await (const envelope of roomEphemeral(ctx, { roomId, lastEventId: 'of no use' }, stopping.signal)) {
      if (!isTrackedEnvelope(envelope)) throw new Error('an event came without its id');
      listener.ids.push(envelope[0]);
      listener.events.push(envelope[1]);
    }
  })();
  const ended = reading.then(
    () => null,
    (err: unknown) => err,
  );
  return {
    ...listener,
    ended,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await ended;
    },
  };
}

/** Counts the statements that go through it. */
function counting(database: TestBackend['backend']['database']) {
  const counted = { count: 0 };
  const db = database.db.withPlugin({
    transformQuery({ node }) {
      counted.count++;
      return node;
    },
    transformResult: ({ result }) => Promise.resolve(result),
  });
  return { counted, database: { ...database, db } };
}

/** The parts that a node needs for moments, on a time that passes when told to. */
function momentsOnTestTime() {
  const { backend } = test;
  const time = createTestTime();
  const timers = time.node();
  const { counted, database } = counting(backend.database);
  const bus = createInProcessBus();
  const { log, nodeId, clock } = backend;
  const onError = (err: unknown): void => log.error({ err }, 'a test failed');
  const hub = createHub({ database, bus, log, nodeId, headCheckMs: 3_600_000 });
  const pageReader = createPageReader(database);
  const presence = createPresence({ bus, nodeId, clock, timers, onError });
  const followers = createRoomFollowers({ hub, pageReader });
  const roomMoments = createRoomMoments({ database, bus, presence, followers, timers, nodeId, onError });
  const parts = { database, bus, hub, pageReader, presence, roomMoments };
  const on = ({ ctx }: TestCaller): TestCaller => callerOn({ ...backend, ...parts }, ctx.caller);
  return {
    time,
    counted,
    on,
    presence,
    async [Symbol.asyncDispose]() {
      roomMoments[Symbol.dispose]();
      followers[Symbol.dispose]();
      await presence[Symbol.asyncDispose]();
      await hub[Symbol.asyncDispose]();
    },
  };
}

function stateAfter(events: readonly RoomEphemeralEvent[]): { online: string[]; typing: string[] } {
  let [online, typing] = [new Set<string>(), new Set<string>()];
  for (const { type, data } of events) {
    if (type === 'now') {
      [online, typing] = [new Set(data.online), new Set(data.typing)];
    } else {
      online = online.union(new Set(data.online)).difference(new Set(data.offline));
      typing = typing.union(new Set(data.typing)).difference(new Set(data.stopped));
    }
  }
  return { online: [...online].toSorted(), typing: [...typing].toSorted() };
}

describe('chat.setTyping', () => {
  it('refuses whoever is not in the room as reading it does, guests, the muted, and an archived room', async () => {
    const { roomId, owner, members } = await createTestRoom(test.backend);
    const [member] = members;
    if (member === undefined) throw new Error('no member');
    const type = async ({ call }: TestCaller, id = roomId) =>
      await call.chat.setTyping({ roomId: id, isTyping: true });
    const stranger = await createTestCaller(test.backend);
    const hidden = await type(stranger).catch((err: unknown) => err);
    const missing = await type(stranger, randomUUID()).catch((err: unknown) => err);
    expect(hidden).toMatchObject(code('NOT_FOUND'));
    expect(JSON.stringify(hidden)).toBe(JSON.stringify(missing));
    const guest = await createTestCaller(test.backend, { role: 'guest' });
    await expect(type(guest)).rejects.toMatchObject(code('FORBIDDEN'));
    await type(member);
    await owner.call.chat.mute({ roomId, userId: idOf(member), seconds: 60 });
    const refusal = async (user: TestCaller) => await type(user).catch((err: unknown) => err);
    await expect.poll(async () => await refusal(member)).toMatchObject(code('MUTED'));
    await owner.call.chat.mute({ roomId, userId: idOf(member), seconds: 0 });
    await type(member);
    await owner.call.chat.archiveRoom({ roomId });
    await expect.poll(async () => await refusal(owner)).toMatchObject(code('ROOM_ARCHIVED'));
    await owner.call.chat.archiveRoom({ roomId, isArchived: false });
    await type(owner);
  });
});

describe('chat.ephemeral', () => {
  it('is for members: hidden equals missing', async () => {
    const { roomId } = await createTestRoom(test.backend);
    const stranger = await createTestCaller(test.backend);
    const hidden = await listen(stranger, roomId).ended;
    const missing = await listen(stranger, randomUUID()).ended;
    expect(hidden).toMatchObject({ code: 'NOT_FOUND' });
    expect(JSON.stringify(hidden)).toBe(JSON.stringify(missing));
  });

  it('tells how things stand, then who comes, goes, types, and stops by saying it or by saying what they typed', async () => {
    const { roomId, owner, members } = await createTestRoom(test.backend);
    const [member] = members;
    if (member === undefined) throw new Error('no member');
    const stranger = await createTestCaller(test.backend);
    const { presence } = test.backend;
    using _stranger = presence.arrive(stranger.ctx.caller);
    using _owner = presence.arrive(owner.ctx.caller);
    await using listener = listen(owner, roomId);
    await expect.poll(() => listener.events[0]).toMatchObject({ type: 'now', data: { typing: [] } });
    await expect.poll(listener.now).toEqual({ online: [idOf(owner)], typing: [] });
    const socket = presence.arrive(member.ctx.caller);
    await expect.poll(listener.now).toMatchObject({ online: [idOf(owner), idOf(member)].toSorted() });
    const type = async (isTyping: boolean) => await member.call.chat.setTyping({ roomId, isTyping });
    await type(true);
    await expect.poll(listener.now).toMatchObject({ typing: [idOf(member)] });
    await type(false);
    await expect.poll(listener.now).toMatchObject({ typing: [] });
    await type(true);
    await expect.poll(listener.now).toMatchObject({ typing: [idOf(member)] });
    await say(member, roomId, 'said');
    await expect.poll(listener.now).toMatchObject({ typing: [] });
    socket[Symbol.dispose]();
    await expect.poll(listener.now).toEqual({ online: [idOf(owner)], typing: [] });
    expect(new Set(listener.ids).size).toBe(listener.ids.length);
    await using again = listen(owner, roomId);
    await expect.poll(() => again.ids.length).toBe(1);
    expect(listener.ids).not.toContain(again.ids[0]);
  });

  it('ends with FORBIDDEN when the reader is a member no more, and names nobody who is not', async () => {
    const { roomId, owner, members } = await createTestRoom(test.backend, { memberCount: 2 });
    const [gone, member] = members;
    if (gone === undefined || member === undefined) throw new Error('no member');
    await using ending = listen(gone, roomId);
    await using listener = listen(owner, roomId);
    using _gone = test.backend.presence.arrive(gone.ctx.caller);
    await gone.call.chat.setTyping({ roomId, isTyping: true });
    await expect.poll(listener.now).toEqual({ online: [idOf(gone)], typing: [idOf(gone)] });
    await owner.call.chat.removeMember({ roomId, userId: idOf(gone) });
    expect(await ending.ended).toMatchObject({ code: 'FORBIDDEN' });
    await expect.poll(listener.now).toEqual({ online: [], typing: [] });
    await expect(gone.call.chat.setTyping({ roomId, isTyping: true })).rejects.toMatchObject(
      code('NOT_FOUND'),
    );
    await member.call.chat.setTyping({ roomId, isTyping: true });
    await expect.poll(listener.now).toEqual({ online: [], typing: [idOf(member)] });
  });

  it('forgets after six seconds who does not say again that they are typing', async () => {
    await using node = momentsOnTestTime();
    const room = await createTestRoom(test.backend);
    const owner = node.on(room.owner);
    await using listener = listen(owner, room.roomId);
    await expect.poll(() => listener.events.length).toBe(1);
    await owner.call.chat.setTyping({ roomId: room.roomId, isTyping: true });
    await node.time.pass(5_000);
    await expect.poll(listener.now).toMatchObject({ typing: [idOf(owner)] });
    await owner.call.chat.setTyping({ roomId: room.roomId, isTyping: true });
    await node.time.pass(5_900);
    expect(listener.now()).toMatchObject({ typing: [idOf(owner)] });
    await node.time.pass(200);
    await expect.poll(listener.now).toMatchObject({ typing: [] });
  });

  it('gives a slow reader the newest state alone, whatever it missed', async () => {
    await using node = momentsOnTestTime();
    const room = await createTestRoom(test.backend);
    const owner = node.on(room.owner);
    const socket = { readyState: 1, OPEN: 1, close() {}, terminate() {}, once() {} } as const;
    const unsent = { ...socket, bufferedAmount: 0 };
    const wire = new PassThrough();
    const flow = createSocketFlow(unsent, wire);
    const slow: TestCaller = { ...owner, ctx: { ...owner.ctx, flow } };
    await using listener = listen(slow, room.roomId);
    await expect.poll(() => listener.events.length).toBe(1);
    unsent.bufferedAmount = FLOW_LIMITS.pauseBytes + 1;
    const sockets: Disposable[] = [];
    for (const { ctx } of [room.owner, ...room.members, room.owner]) {
      sockets.push(node.presence.arrive(ctx.caller));
      await node.time.pass(2_000);
    }
    expect(listener.events.length).toBe(1);
    unsent.bufferedAmount = 0;
    wire.emit('drain');
    await expect.poll(() => listener.events.length).toBe(2);
    const online = [room.owner, ...room.members].map(idOf).toSorted();
    expect(listener.now()).toEqual({ online, typing: [] });
  });

  it('tells 200 readers of 50 people who type as fast as they can at most once a second, and asks the database nothing', async () => {
    await using node = momentsOnTestTime();
    const room = await createTestRoom(test.backend, { memberCount: 49 });
    const { roomId } = room;
    const people = [room.owner, ...room.members].map(node.on);
    await using stack = new AsyncDisposableStack();
    const listeners = Array.from({ length: 200 }, (_, index) =>
      stack.use(listen(people[index % people.length] ?? node.on(room.owner), roomId)),
    );
    await expect.poll(() => listeners.every(({ events }) => events.length === 1)).toBe(true);
    expect(node.counted.count).toBeGreaterThan(listeners.length);
    node.counted.count = 0;
    const seconds = 8;
    for (let round = 0; round < seconds * 10; round++) {
      await Promise.all(
        people.map(
          async ({ call }, index) =>
            await call.chat.setTyping({ roomId, isTyping: (round + index) % 7 !== 0 }),
        ),
      );
      await node.time.pass(100);
    }
    expect(node.counted.count).toBe(0);
    const counts = listeners.map(({ events }) => events.length - 1);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(seconds / 2);
    expect(Math.max(...counts)).toBeLessThanOrEqual(seconds + 1);
    // One object for all who are told.
    expect(new Set(listeners.map(({ events }) => events.at(-1))).size).toBe(1);
  });
});
