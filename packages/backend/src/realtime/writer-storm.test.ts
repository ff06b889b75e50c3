import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { withTransaction } from '../db/transaction.ts';
import { createRandom } from '../testing/random.ts';
import { createTestBackend, type TestBackend } from '../testing/test-backend.ts';
import { createTestStream, type TestStream } from '../testing/test-stream.ts';
import { append } from './append.ts';
import type { StreamEvent } from './event.ts';
import { followTestStream } from '../testing/follow-test-stream.ts';

// Longer: `AURA_STORM_SECONDS=60 AURA_STORM_SEED=1 npx vitest run src/realtime/writer-storm`.
const SECONDS = Number(process.env.AURA_STORM_SECONDS ?? 1);
// So that a failing storm can be raised again.
const SEED = Number(process.env.AURA_STORM_SEED ?? Math.floor(Math.random() * 2 ** 32));
const WRITERS = 12;
const READERS = 8;

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend();
});
afterAll(async () => await test[Symbol.asyncDispose]());

interface Storm {
  stream: TestStream;
  until: number;
  /** What was acknowledged: text to seq. */
  acknowledged: Map<unknown, number>;
}

/** Appends until the time is over, one to three events at a time; even writers in transactions, odd ones in groups. */
async function write(storm: Storm, writer: number, random: (below: number) => number): Promise<void> {
  const { id: streamId, tenantId } = storm.stream;
  for (let round = 0; performance.now() < storm.until; round++) {
    const events = Array.from({ length: 1 + random(3) }, (_, index) => ({
      type: 'test',
      data: { text: `${writer}/${round}/${index}` },
    }));
    const stored =
      writer % 2 === 0
        ? await inTransaction(storm, events, random)
        : await test.backend.groupWriter.append({ tenantId, streamId, events });
    for (const { seq, data } of stored) storm.acknowledged.set(data.text, seq);
  }
}

async function inTransaction(
  { stream }: Storm,
  events: { type: string; data: object }[],
  random: (below: number) => number,
): Promise<StreamEvent[]> {
  const scope = { ...test.backend, caller: { tenantId: stream.tenantId, userId: '' } };
  const work = withTransaction(scope, async (tx) => {
    const [stored = []] = await append(tx, [{ streamId: stream.id, events }]);
    // Some give up after they were numbered: their places must be taken by others.
    if (random(10) === 0) throw new GaveUp();
    return stored;
  });
  return await work.catch((err: unknown) => {
    if (err instanceof GaveUp) return [];
    throw err;
  });
}

class GaveUp extends Error {}

/** Reads from the beginning to the end of the storm, leaving and coming back whenever chance says so. */
async function read(storm: Storm, random: (below: number) => number, end: Promise<number>) {
  const { id: streamId, tenantId } = storm.stream;
  const read = new Map<number, unknown>();
  let last = 0;
  let resumes = 0;
  let head = Infinity;
  const leaving = new Set<AbortController>();
  void end.then((value) => {
    head = value;
    for (const controller of leaving) controller.abort();
  });
  while (last < head) {
    const controller = new AbortController();
    leaving.add(controller);
    const stayFor = 1 + random(200);
    let seen = 0;
    const request = { streamId, tenantId, after: last, signal: controller.signal };
    for await (const { seq, data } of followTestStream(test.backend, request)) {
      expect(seq).toBe(last + 1);
      expect(read.has(seq)).toBe(false);
      read.set(seq, data.text);
      last = seq;
      if (++seen >= stayFor || last >= head) break;
      if (random(20) === 0) await sleep(random(5));
    }
    leaving.delete(controller);
    resumes += 1;
    if (random(3) === 0) await sleep(random(20));
  }
  return { read, resumes };
}

it(
  `loses, doubles and reorders nothing: ${WRITERS} writers on one stream, ${READERS} readers that come and go (seed ${SEED})`,
  { timeout: (SECONDS + 60) * 1_000 },
  async () => {
    const storm: Storm = {
      stream: await createTestStream(test.backend),
      until: performance.now() + SECONDS * 1_000,
      acknowledged: new Map(),
    };
    const end = Promise.withResolvers<number>();
    const readers = Array.from(
      { length: READERS },
      async (_, reader) => await read(storm, createRandom(SEED + 1_000 + reader).below, end.promise),
    );
    await Promise.all(
      Array.from(
        { length: WRITERS },
        async (_, writer) => await write(storm, writer, createRandom(SEED + writer).below),
      ),
    );
    const { head } = await test.backend.database.db
      .selectFrom('streams')
      .select('head')
      .where('id', '=', storm.stream.id)
      .executeTakeFirstOrThrow();
    end.resolve(head);
    const results = await Promise.all(readers);

    const { acknowledged } = storm;
    expect(acknowledged.size).toBe(head);
    expect(new Set(acknowledged.values()).size).toBe(head);
    for (const { read } of results) {
      expect(read.size).toBe(head);
      for (const [text, seq] of acknowledged) expect(read.get(seq)).toBe(text);
    }
    expect(test.backend.hub.watchedCount).toBe(0);
    const resumes = results.reduce((sum, result) => sum + result.resumes, 0);
    if (process.env.AURA_STORM_SECONDS !== undefined) {
      process.stdout.write(
        `storm on ${test.backend.database.kind}, seed ${SEED}: ${head} events in ${SECONDS} s by ${WRITERS} writers, ` +
          `read by ${READERS} readers with ${resumes} resumptions; 0 missing, 0 doubled\n`,
      );
    }
  },
);
