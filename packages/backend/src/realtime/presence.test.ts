// Long, because every case plays on the same small cluster of nodes in test time.
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createTestTime, type TestNodeTime } from '../testing/test-time.ts';
import type { Bus } from './bus.ts';
import { createInProcessBus } from './in-process-bus.ts';
import { createPresence, type Presence, type PresenceWatch } from './presence.ts';

const tenantId = randomUUID();
const [ann, bob] = [randomUUID(), randomUUID()];

interface Node {
  presence: Presence;
  time: TestNodeTime;
  watch: PresenceWatch;
  /** What it says, newest last; while it is cut off nothing of it is heard. */
  said: string[];
  isMute: boolean;
  isDeaf: boolean;
  /** As a bus does that has connected anew. */
  gap(): void;
}

/** Nodes that share a bus and the time, which passes only when told to. */
function createNodes() {
  const time = createTestTime();
  const shared = createInProcessBus();
  const open = (nodeId: string = randomUUID()): Node => {
    const nodeTime = time.node();
    const gaps = new Set<() => void>();
    const through = nodeTime.through(shared);
    const bus: Bus = {
      ...through,
      publish(channel, message) {
        node.said.push(message);
        if (!node.isMute) shared.publish(channel, message);
      },
      subscribe: async (channel, onMessage) =>
        await through.subscribe(channel, (message) => {
          if (!node.isDeaf) onMessage(message);
        }),
      onGap(listener) {
        gaps.add(listener);
        return { [Symbol.dispose]: () => gaps.delete(listener) };
      },
    };
    const presence = createPresence({
      bus,
      nodeId,
      clock: { now: () => new Date(nodeTime.nowMs()) },
      timers: nodeTime,
      onError: (err) => {
        throw err;
      },
    });
    const node: Node = {
      presence,
      time: nodeTime,
      watch: presence.watch(tenantId, () => {}),
      said: [],
      isMute: false,
      isDeaf: false,
      gap: () => gaps.forEach((listener) => listener()),
    };
    return node;
  };
  const replay = (message: string | undefined): void => {
    if (message !== undefined) shared.publish(`aura:presence:${tenantId}`, message);
  };
  return { time, open, replay };
}

const arrive = ({ presence }: Node, userId: string): Disposable => presence.arrive({ tenantId, userId });

describe('presence', () => {
  it('shows on every node, within a second, who has a socket open on any', async () => {
    const { time, open } = createNodes();
    const [here, there] = [open(), open()];
    await time.pass(2_000);
    const socket = arrive(here, ann);
    expect(here.watch.isOnline(ann)).toBe(true);
    await time.pass(1_000);
    expect(there.watch.isOnline(ann)).toBe(true);
    socket[Symbol.dispose]();
    await time.pass(1_000);
    expect(here.watch.isOnline(ann)).toBe(false);
    expect(there.watch.isOnline(ann)).toBe(false);
  });

  it('tells a node that comes later who was there before it', async () => {
    const { time, open } = createNodes();
    const here = open();
    arrive(here, ann);
    await time.pass(5_000);
    const late = open();
    await time.pass(1_000);
    expect(late.watch.isOnline(ann)).toBe(true);
  });

  it('says who has come apart from who was there before, also to a node that knew of nobody', async () => {
    const { time, open } = createNodes();
    const here = open();
    const heardHere: string[] = [];
    here.presence.watch(
      tenantId,
      () => {},
      (userIds) => heardHere.push(...userIds),
    );
    arrive(here, ann);
    expect(heardHere).toEqual([ann]);
    await time.pass(5_000);
    const late = open();
    const heardLate: string[] = [];
    late.presence.watch(
      tenantId,
      () => {},
      (userIds) => heardLate.push(...userIds),
    );
    arrive(late, bob);
    await time.pass(2_000);
    expect(heardHere).toEqual([ann, bob]);
    expect(heardLate).toEqual([bob]);
    expect(late.watch.online()).toEqual(new Set([ann, bob]));
    // What was lost is made up for without a word.
    here.gap();
    await time.pass(2_000);
    expect([heardHere, heardLate]).toEqual([[ann, bob], [bob]]);
  });

  it('keeps somebody with two devices online until the last one has gone, on one node or on two', async () => {
    const { time, open } = createNodes();
    const [here, there] = [open(), open()];
    const sockets = [arrive(here, ann), arrive(here, ann), arrive(there, ann)];
    await time.pass(2_000);
    for (const socket of sockets.slice(0, 2)) {
      socket[Symbol.dispose]();
      // Once is enough.
      socket[Symbol.dispose]();
      await time.pass(2_000);
      expect([here, there].map(({ watch }) => watch.isOnline(ann))).toEqual([true, true]);
    }
    sockets[2]?.[Symbol.dispose]();
    await time.pass(2_000);
    expect([here, there].map(({ watch }) => watch.isOnline(ann))).toEqual([false, false]);
  });

  it('keeps nobody of one tenant in another', async () => {
    const { time, open } = createNodes();
    const [here, there] = [open(), open()];
    here.presence.arrive({ tenantId: randomUUID(), userId: ann });
    await time.pass(2_000);
    expect(here.watch.isOnline(ann)).toBe(false);
    expect(there.watch.isOnline(ann)).toBe(false);
  });

  it('says at most one thing a second, however sockets flap, and nothing of who came back in between', async () => {
    const { time, open } = createNodes();
    const [here, there] = [open(), open()];
    let socket = arrive(here, ann);
    await time.pass(10_500);
    here.said.length = 0;
    for (let round = 0; round < 95; round++) {
      socket[Symbol.dispose]();
      socket = arrive(here, ann);
      await time.pass(50);
      expect(there.watch.isOnline(ann)).toBe(true);
    }
    // A heartbeat may be among it, no change.
    expect(here.said.filter((message) => message.includes('"change"'))).toEqual([]);
    here.said.length = 0;
    for (let round = 0; round < 50; round++) {
      arrive(here, randomUUID());
      await time.pass(50);
    }
    expect(here.said.length).toBeGreaterThan(1);
    expect(here.said.length).toBeLessThanOrEqual(3);
  });

  it('gives up the users of a node that was killed within thirty seconds, and not before twenty', async () => {
    const { time, open } = createNodes();
    const [here, there] = [open(), open()];
    arrive(here, ann);
    arrive(there, bob);
    await time.pass(15_000);
    here.time.freeze();
    await time.pass(20_000);
    expect(there.watch.isOnline(ann)).toBe(true);
    await time.pass(11_000);
    expect(there.watch.isOnline(ann)).toBe(false);
    expect(there.watch.isOnline(bob)).toBe(true);
  });

  it('brings nobody back by what a dead node had said, in whatever order it comes late', async () => {
    const { time, open, replay } = createNodes();
    const [here, there] = [open(), open()];
    arrive(here, ann);
    await time.pass(15_000);
    here.isMute = true;
    await time.pass(12_000);
    const late = here.said.at(-1);
    here.time.freeze();
    await time.pass(31_000);
    expect(there.watch.isOnline(ann)).toBe(false);
    for (const message of [...here.said.toReversed(), ...here.said, late]) {
      replay(message);
      await time.pass(100);
      expect(there.watch.isOnline(ann)).toBe(false);
    }
  });

  it('lets a node go with its goodbye at once, and brings nobody back by what it had said before', async () => {
    const { time, open, replay } = createNodes();
    const [here, there] = [open(), open()];
    arrive(here, ann);
    await time.pass(2_000);
    await here.presence[Symbol.asyncDispose]();
    await time.pass(0);
    expect(there.watch.isOnline(ann)).toBe(false);
    for (const message of here.said) replay(message);
    await time.pass(2_000);
    expect(there.watch.isOnline(ann)).toBe(false);
  });

  it.each(['timers', 'messages'] as const)(
    'shows the users of a node again that was frozen until it was given up, %s first',
    async (first) => {
      const { time, open } = createNodes();
      const [here, there] = [open(), open()];
      arrive(here, ann);
      arrive(there, bob);
      await time.pass(5_000);
      here.time.freeze();
      await time.pass(60_000);
      expect(there.watch.isOnline(ann)).toBe(false);
      await here.time.thaw(first);
      await time.pass(3_000);
      expect(there.watch.isOnline(ann)).toBe(true);
      expect(here.watch.isOnline(bob)).toBe(true);
    },
  );

  it('shows everybody again after a node heard nothing for a minute, although no other noticed', async () => {
    const { time, open } = createNodes();
    const [here, there] = [open(), open()];
    arrive(here, ann);
    arrive(there, bob);
    await time.pass(5_000);
    here.isDeaf = true;
    await time.pass(60_000);
    expect(here.watch.isOnline(bob)).toBe(false);
    here.isDeaf = false;
    await time.pass(12_000);
    expect(here.watch.isOnline(bob)).toBe(true);
    expect(there.watch.isOnline(ann)).toBe(true);
  });

  it('puts right what was lost on the bus: at once when the bus says so, else with the next statement', async () => {
    const { time, open } = createNodes();
    const [here, there] = [open(), open()];
    const socket = arrive(here, ann);
    await time.pass(11_000);
    here.isMute = true;
    socket[Symbol.dispose]();
    arrive(here, bob);
    await time.pass(2_000);
    here.isMute = false;
    expect(there.watch.isOnline(ann)).toBe(true);
    here.gap();
    await time.pass(1_000);
    expect([ann, bob].map((userId) => there.watch.isOnline(userId))).toEqual([false, true]);
    here.isMute = true;
    arrive(here, ann);
    await time.pass(2_000);
    here.isMute = false;
    await time.pass(10_000);
    expect(there.watch.isOnline(ann)).toBe(true);
  });

  it('takes a node that starts again under its old name for another', async () => {
    const { time, open, replay } = createNodes();
    const there = open();
    const first = open('node');
    arrive(first, ann);
    await time.pass(2_000);
    first.time.freeze();
    const second = open('node');
    arrive(second, bob);
    await time.pass(2_000);
    for (const message of first.said) replay(message);
    await time.pass(0);
    expect([ann, bob].map((userId) => there.watch.isOnline(userId))).toEqual([false, true]);
  });

  it('takes nothing for a message that is none', async () => {
    const { time, open, replay } = createNodes();
    const there = open();
    await time.pass(2_000);
    const texts = ['', 'x', 'x {', 'x {"type":"state"}', `x ${JSON.stringify({ nodeId: 'x' })}`];
    for (const text of texts) replay(text);
    await time.pass(2_000);
    expect(there.watch.isOnline(ann)).toBe(false);
  });
});
