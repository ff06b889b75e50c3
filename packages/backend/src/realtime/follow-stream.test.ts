import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../testing/test-backend.ts';
import { createTestStream, type TestStream } from '../testing/test-stream.ts';
import type { StreamEvent } from './event.ts';
import { followTestStream } from '../testing/follow-test-stream.ts';
import type { Hub } from './hub.ts';
import { createPageReader, type PageReader } from './page-reader.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend();
});
afterAll(async () => await test[Symbol.asyncDispose]());

interface Parts {
  hub: Hub;
  pageReader: PageReader;
}

/** Follows until `last`; answers the seqs it was given. */
async function follow(parts: Parts, stream: TestStream, { after, last }: { after: number; last: number }) {
  const controller = new AbortController();
  const signal = AbortSignal.any([controller.signal, AbortSignal.timeout(20_000)]);
  const seqs: number[] = [];
  for await (const event of followTestStream(parts, { ...place(stream), after, signal })) {
    seqs.push(event.seq);
    if (event.seq === last) break;
  }
  return seqs;
}

const place = ({ id, tenantId }: TestStream) => ({ streamId: id, tenantId });
const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);

/** The same parts with a pause where a hole could hide: before listening takes effect, and around reading a page. */
function delayed(
  { hub, pageReader }: Parts,
  pauses: { ready: number; before: number; behind: number },
): Parts {
  return {
    hub: {
      ...hub,
      get watchedCount() {
        return hub.watchedCount;
      },
      watch(streamId) {
        const watch = hub.watch(streamId);
        return {
          ...watch,
          ready: watch.ready.then(async () => await sleep(pauses.ready)),
          get head() {
            return watch.head;
          },
          [Symbol.dispose]: () => watch[Symbol.dispose](),
        };
      },
    },
    pageReader: {
      queryCount: 0,
      async read(request) {
        await sleep(pauses.before);
        const page = await pageReader.read(request);
        await sleep(pauses.behind);
        return page;
      },
    },
  };
}

describe('followStream', () => {
  it('has no hole between what the log holds and what comes live, however the two fall together', async () => {
    const stream = await createTestStream(test.backend);
    const total = 600;
    const appendAll = async (): Promise<void> => {
      for (let seq = 0; seq < total; seq += 3) await stream.append(3);
    };
    const pause = fc.integer({ min: 0, max: 30 });
    const cases = fc.sample(
      fc.record({
        start: fc.integer({ min: 0, max: 400 }),
        share: fc.double({ min: 0, max: 1, noNaN: true }),
        ready: pause,
        before: pause,
        behind: pause,
      }),
      { numRuns: 120, seed: 7 },
    );
    const appending = appendAll();
    await Promise.all(
      cases.map(async ({ start, share, ...pauses }) => {
        await sleep(start);
        const { head } = await readHead(stream);
        const after = Math.floor(head * share);
        const seqs = await follow(delayed(test.backend, pauses), stream, { after, last: total });
        expect(seqs).toEqual(range(after + 1, total));
      }),
    );
    await appending;
    expect(test.backend.hub.watchedCount).toBe(0);
  });

  it('gives every reader the same events, each once and in order', async () => {
    const stream = await createTestStream(test.backend);
    const reading = Promise.all(
      range(1, 20).map(async () => await follow(test.backend, stream, { after: 0, last: 300 })),
    );
    await Promise.all(range(1, 100).map(async () => await stream.append(3)));
    for (const seqs of await reading) expect(seqs).toEqual(range(1, 300));
  });

  it('goes on by itself when the reader returns after many events, having kept none of them', async () => {
    const stream = await createTestStream(test.backend);
    await stream.append(1);
    const controller = new AbortController();
    const { signal } = controller;
    const events = followTestStream(test.backend, { ...place(stream), after: 0, signal });
    expect((await events.next()).value).toMatchObject({ seq: 1 });
    const next = events.next();
    for (let round = 0; round < 5; round++) await stream.append(300);
    expect((await next).value).toMatchObject({ seq: 2 });
    using watch = test.backend.hub.watch(stream.id);
    expect(watch.after(2)).toBeNull();
    const seqs = [2];
    for await (const { seq } of events) {
      seqs.push(seq);
      if (seq === 1_501) break;
    }
    expect(seqs).toEqual(range(2, 1_501));
  });

  it.each(['before it listens', 'while it reads', 'while it waits', 'while its reader is away'] as const)(
    'frees everything when it is aborted %s',
    async (moment) => {
      const stream = await createTestStream(test.backend);
      await stream.append(5);
      const controller = new AbortController();
      const { signal } = controller;
      const reached = Promise.withResolvers<void>();
      const held = Promise.withResolvers<void>();
      const parts: Parts = {
        hub: test.backend.hub,
        pageReader: {
          queryCount: 0,
          async read(request) {
            if (moment === 'while it reads') {
              reached.resolve();
              await held.promise;
            }
            return await test.backend.pageReader.read(request);
          },
        },
      };
      const events = followTestStream(parts, { ...place(stream), after: 0, signal });
      const waitsAt = moment === 'while its reader is away' ? 2 : Infinity;
      const reading = (async () => {
        let seen = 0;
        while (seen < waitsAt && (await events.next()).done !== true) {
          seen += 1;
          if (seen === Math.min(waitsAt, 5)) reached.resolve();
        }
      })();
      if (moment !== 'before it listens') await reached.promise;
      controller.abort();
      held.resolve();
      await reading;
      expect(await events.next()).toEqual({ done: true, value: undefined });
      expect(test.backend.hub.watchedCount).toBe(0);
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    },
  );

  it('frees everything when its reader leaves', async () => {
    const stream = await createTestStream(test.backend);
    await stream.append(2);
    const { signal } = new AbortController();
    for (let round = 0; round < 50; round++) {
      for await (const event of followTestStream(test.backend, { ...place(stream), after: 0, signal })) {
        if (event.seq === 2) break;
      }
    }
    expect(test.backend.hub.watchedCount).toBe(0);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('outlives a database that is away for a while, and misses nothing', async () => {
    const stream = await createTestStream(test.backend);
    await stream.append(3);
    let failures = 0;
    const parts: Parts = {
      hub: test.backend.hub,
      pageReader: {
        queryCount: 0,
        async read(request) {
          if (failures++ < 3) throw Object.assign(new Error('terminating connection'), { code: '57P01' });
          return await test.backend.pageReader.read(request);
        },
      },
    };
    expect(await follow(parts, stream, { after: 0, last: 3 })).toEqual([1, 2, 3]);
    expect(failures).toBe(4);
  });

  it('fails at once for what waiting does not mend', async () => {
    const stream = await createTestStream(test.backend);
    const parts: Parts = {
      hub: test.backend.hub,
      pageReader: { queryCount: 0, read: async () => await Promise.reject(new Error('a bug')) },
    };
    await expect(follow(parts, stream, { after: 0, last: 1 })).rejects.toThrow('a bug');
    expect(test.backend.hub.watchedCount).toBe(0);
  });

  it('asks ever more rarely for events that it heard of and that are not there', async () => {
    const stream = await createTestStream(test.backend);
    const ghost = (seq: number): StreamEvent => ({ seq, type: 'test', runId: null, at: '', data: {} });
    const controller = new AbortController();
    const { signal } = controller;
    const pageReader = createPageReader(test.backend.database);
    const parts = { hub: test.backend.hub, pageReader };
    const next = followTestStream(parts, { ...place(stream), after: 0, signal }).next();
    await expect.poll(() => pageReader.queryCount).toBe(1);
    const from = performance.now();
    test.backend.hub.publish({ streamId: stream.id, events: [ghost(7)] });
    await expect.poll(() => pageReader.queryCount).toBe(6);
    expect(performance.now() - from).toBeGreaterThan(50 + 100 + 200 + 400 - 20);
    await stream.append(1);
    expect((await next).value).toMatchObject({ seq: 1 });
    controller.abort();
  });
});

async function readHead(stream: TestStream): Promise<{ head: number }> {
  using watch = test.backend.hub.watch(stream.id);
  const page = await test.backend.pageReader.read({
    ...place(stream),
    after: Math.max(0, watch.head - 10),
    version: watch.version,
  });
  return { head: page.events.at(-1)?.seq ?? 0 };
}
