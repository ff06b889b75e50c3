import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../testing/test-backend.ts';
import { createTestStream, type TestStream } from '../testing/test-stream.ts';
import type { Bus } from './bus.ts';
import type { StreamEvent } from './event.ts';
import { createHub, type Hub } from './hub.ts';
import type { Passenger } from './lane.ts';
import { createInProcessBus } from './in-process-bus.ts';

const log = pino({ level: 'silent' });
let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend();
});
afterAll(async () => await test[Symbol.asyncDispose]());

const event = (seq: number, text = ''): StreamEvent => ({
  seq,
  type: 'test',
  runId: null,
  at: '2026-01-01T00:00:00.000Z',
  data: { text },
});

/** Two nodes on one bus, which can be made to lose messages. */
function twoNodes(options: { headCheckMs?: number; maxTailChars?: number } = {}) {
  const inner = createInProcessBus();
  let isDeaf = false;
  const gaps: (() => void)[] = [];
  const bus: Bus = {
    ...inner,
    publish: (channel, message) => void (isDeaf || inner.publish(channel, message)),
    onGap: (listener) => {
      gaps.push(listener);
      return { [Symbol.dispose]: () => {} };
    },
  };
  const { database } = test.backend;
  const open = (nodeId: string): Hub => createHub({ database, bus, log, nodeId, ...options });
  const [here, there] = [open('here'), open('there')];
  return {
    here,
    there,
    bus: inner,
    lose: (value: boolean) => {
      isDeaf = value;
    },
    gap: () => gaps.forEach((listener) => listener()),
    async [Symbol.asyncDispose]() {
      await here[Symbol.asyncDispose]();
      await there[Symbol.asyncDispose]();
    },
  };
}

describe('Hub', () => {
  it('tells the subscribers of every node, with the events', async () => {
    await using nodes = twoNodes();
    const streamId = randomUUID();
    using near = nodes.here.watch(streamId);
    using far = nodes.there.watch(streamId);
    await Promise.all([near.ready, far.ready]);
    let wakes = 0;
    using _change = far.onChange(() => {
      wakes += 1;
    });
    nodes.here.publish({ streamId, events: [event(1), event(2)] });
    expect(near.after(0)).toEqual([event(1), event(2)]);
    await expect.poll(() => far.after(0)).toEqual([event(1), event(2)]);
    expect([near.head, far.head, wakes]).toEqual([2, 2, 1]);
  });

  it('waits for what a hint has overtaken, and puts both in order', async () => {
    await using nodes = twoNodes();
    const streamId = randomUUID();
    using far = nodes.there.watch(streamId);
    await far.ready;
    nodes.here.publish({ streamId, events: [event(1)] });
    nodes.here.publish({ streamId, events: [event(4)] });
    nodes.here.publish({ streamId, events: [event(3)] });
    nodes.here.publish({ streamId, events: [event(2)] });
    await expect.poll(() => far.head).toBe(4);
    expect(far.after(1)).toEqual([event(2), event(3), event(4)]);
  });

  it('keeps no more of all streams together than it may, and still knows where each of them is', async () => {
    await using nodes = twoNodes({ maxTailChars: 10_000 });
    using first = nodes.here.watch(randomUUID());
    using second = nodes.here.watch('second');
    const streamId = randomUUID();
    using third = nodes.here.watch(streamId);
    nodes.here.publish({ streamId: 'second', events: [event(1, 'x'.repeat(6_000))] });
    nodes.here.publish({ streamId, events: [event(1, 'x'.repeat(6_000))] });
    expect([second.head, second.after(0), first.head]).toEqual([1, null, 0]);
    expect(third.after(0)).toHaveLength(1);
    nodes.here.publish({ streamId: 'second', events: [event(2)] });
    expect(second.after(1)).toEqual([event(2)]);
  });

  it('only raises the head for a hint that leaves a hole', async () => {
    await using nodes = twoNodes();
    const streamId = randomUUID();
    using far = nodes.there.watch(streamId);
    await far.ready;
    nodes.here.publish({ streamId, events: [event(1)] });
    await expect.poll(() => far.head).toBe(1);
    nodes.lose(true);
    nodes.here.publish({ streamId, events: [event(2)] });
    nodes.lose(false);
    nodes.here.publish({ streamId, events: [event(3)] });
    await expect.poll(() => far.head).toBe(3);
    expect(far.after(1)).toBeNull();
    expect(far.after(2)).toEqual([event(3)]);
  });

  it('lets into the lane only who has everything that was heard of, and counts who is in it', async () => {
    await using nodes = twoNodes();
    const streamId = randomUUID();
    using watch = nodes.here.watch(streamId);
    nodes.here.publish({ streamId, events: [event(1), event(2)] });
    const written: Buffer[] = [];
    const passenger: Passenger = {
      port: { write: (frames) => written.push(frames) > 0 },
      request: { id: 1 },
      epoch: '0123abcd',
      viewKey: 'all',
      isPersonal: false,
      view: (one) => one,
      isLast: () => false,
      leavesLane: null,
    };
    expect([watch.board(passenger, 1), watch.board(passenger, 3)]).toEqual([null, null]);
    const place = watch.board(passenger, 2);
    expect(nodes.here.laneCount).toBe(1);
    nodes.here.publish({ streamId, events: [event(3)] });
    expect(written.length).toBe(1);
    nodes.here.publish({ streamId, events: [event(4, 'x'.repeat(70_000))] });
    expect([await place?.left, written.length, nodes.here.laneCount]).toEqual([3, 1, 0]);
  });

  it('lets a view that fails stop nobody from publishing', async () => {
    await using nodes = twoNodes();
    const streamId = randomUUID();
    using watch = nodes.here.watch(streamId);
    nodes.here.publish({ streamId, events: [event(1)] });
    const view = (): never => {
      throw new Error('a bug');
    };
    const port = { write: () => true };
    const feed = {
      epoch: '0123abcd',
      viewKey: 'bad',
      isPersonal: false,
      view,
      isLast: () => false,
      leavesLane: null,
    };
    const place = watch.board({ port, request: { id: 1 }, ...feed }, 1);
    nodes.here.publish({ streamId, events: [event(2)] });
    expect(await place?.left).toBe(1);
    expect(watch.after(1)).toEqual([event(2)]);
  });

  it('sends no events to other nodes that are too large, only that they are there', async () => {
    await using nodes = twoNodes();
    const streamId = randomUUID();
    using near = nodes.here.watch(streamId);
    using far = nodes.there.watch(streamId);
    await far.ready;
    const large = event(1, 'x'.repeat(70_000));
    nodes.here.publish({ streamId, events: [large] });
    await expect.poll(() => far.head).toBe(1);
    expect([near.after(0), far.after(0)]).toEqual([[large], null]);
  });

  it('ignores what is no hint: malformed, foreign, with a hole within, or with another end than it says', async () => {
    await using nodes = twoNodes();
    const streamId = randomUUID();
    using watch = nodes.here.watch(streamId);
    await watch.ready;
    const channel = `aura:stream:${streamId}`;
    const hint = (value: unknown): string => `there ${JSON.stringify(value)}`;
    for (const message of [
      '',
      'null',
      'there',
      'there null',
      'there {"to":',
      hint([]),
      hint({ to: '7' }),
      hint({ to: -1 }),
      hint({ to: 1.5 }),
      hint({ to: 1e21 }),
      hint({ to: 3, events: [event(1), event(3)] }),
      hint({ to: 3, events: [event(1)] }),
      hint({ to: 1, events: [] }),
      hint({ to: 1, events: [{ ...event(1), data: 'text' }] }),
      `here ${JSON.stringify({ to: 5 })}`,
    ]) {
      nodes.bus.publish(channel, message);
    }
    nodes.bus.publish(channel, hint({ to: 1, events: [event(1)] }));
    await expect.poll(() => watch.head).toBe(1);
    expect(watch.after(0)).toEqual([event(1)]);
  });

  it('heals a lost hint by comparing heads with the database, at once when the bus knows of a gap', async () => {
    await using nodes = twoNodes({ headCheckMs: 60_000 });
    const stream = await createTestStream(test.backend);
    using watch = nodes.here.watch(stream.id);
    await watch.ready;
    await stream.append(3);
    expect(watch.head).toBe(0);
    nodes.gap();
    await expect.poll(() => watch.head).toBe(3);
  });

  it('heals a lost hint by itself', async () => {
    await using nodes = twoNodes({ headCheckMs: 30 });
    const streams = await Promise.all(
      Array.from({ length: 5 }, async () => await createTestStream(test.backend)),
    );
    const watches = streams.map(({ id }) => nodes.here.watch(id));
    const grow = async (stream: TestStream): Promise<void> => void (await stream.append(2));
    await Promise.all(streams.map(grow));
    await expect.poll(() => watches.map((watch) => watch.head)).toEqual([2, 2, 2, 2, 2]);
    for (const watch of watches) watch[Symbol.dispose]();
  });

  it('leaves nothing behind: not a stream, not a channel, however often it is watched and left', async () => {
    const open = new Map<string, number>();
    const count = (channel: string, by: number): void =>
      void open.set(channel, (open.get(channel) ?? 0) + by);
    const inner = createInProcessBus();
    const bus: Bus = {
      ...inner,
      async subscribe(channel, onMessage) {
        const subscription = await inner.subscribe(channel, onMessage);
        count(channel, 1);
        return {
          unsubscribe() {
            subscription.unsubscribe();
            count(channel, -1);
          },
        };
      },
    };
    const { database } = test.backend;
    await using hub = createHub({ database, bus, log, nodeId: 'here' });
    const ids = Array.from({ length: 20 }, () => randomUUID());
    for (let round = 0; round < 5; round++) {
      const watches = [...ids, ...ids].map((id) => hub.watch(id));
      expect(hub.watchedCount).toBe(20);
      for (const watch of watches) {
        watch[Symbol.dispose]();
        watch[Symbol.dispose]();
      }
      expect(hub.watchedCount).toBe(0);
    }
    await expect.poll(() => [...open.values()].every((left) => left === 0)).toBe(true);
    expect(open.size).toBe(20);
  });

  it('lets its readers go on from the log when the bus refuses to subscribe', async () => {
    const bus: Bus = {
      ...createInProcessBus(),
      subscribe: async () => await Promise.reject(new Error('no')),
    };
    const { database } = test.backend;
    await using hub = createHub({ database, bus, log, nodeId: 'here', headCheckMs: 20 });
    const stream = await createTestStream(test.backend);
    using watch = hub.watch(stream.id);
    await watch.ready;
    await stream.append(1);
    await expect.poll(() => watch.head).toBe(1);
  });
});
