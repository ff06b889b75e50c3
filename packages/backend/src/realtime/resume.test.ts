import { formatCursor, parseCursor } from '@aura/contract';
import { isTrackedEnvelope } from '@trpc/server';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withTransaction } from '../db/transaction.ts';
import { createTestBackend, type TestBackend } from '../testing/test-backend.ts';
import { createTestTenant } from '../testing/test-caller.ts';
import { createTestStream, type TestStream } from '../testing/test-stream.ts';
import { LaneMarks } from './lane-marks.ts';
import { readStreamHead } from './read-events.ts';
import { type FeedOptions, resumeFeed } from './resume.ts';
import type { SocketFlow } from './socket-flow.ts';

const HEAD = 30;
const OLDEST = 11;

let test: TestBackend;
/** Thirty events, of which the first ten have been pruned. */
let stream: TestStream;
let other: TestStream;
beforeAll(async () => {
  test = await createTestBackend();
  stream = await createTestStream(test.backend);
  other = await createTestStream(test.backend);
  await stream.append(HEAD);
  await other.append(HEAD);
  const { db } = test.backend.database;
  await sql`delete from events where stream_id = ${stream.id} and seq < ${OLDEST}`.execute(db);
  await sql`update streams set oldest = ${OLDEST} where id = ${stream.id}`.execute(db);
});
afterAll(async () => await test[Symbol.asyncDispose]());

interface Seen {
  type: string;
  seq: number;
}
interface Told extends Seen {
  cursor: string;
}
type Options = Partial<FeedOptions<Seen, { head: number }>> & { tenantId?: string; flow?: SocketFlow };

/** What a reader is told, up to `until` or the end of the feed. */
async function read(
  { tenantId = stream.tenantId, flow, ...options }: Options,
  until: (told: Told) => boolean = ({ seq }) => seq >= HEAD,
): Promise<{ told: Told[]; hasEnded: boolean }> {
  const ctx = { ...test.backend, flow: flow ?? null, caller: { tenantId, userId: tenantId } };
  const controller = new AbortController();
  const signal = AbortSignal.any([controller.signal, AbortSignal.timeout(5_000)]);
  const told: Told[] = [];
  const feed = resumeFeed<Seen, { head: number }>(ctx, {
    streamId: stream.id,
    lastEventId: null,
    start: { after: OLDEST - 1 },
    viewKey: 'all',
    view: ({ type, seq }) => ({ type, seq }),
    readSnapshot: async () => await snapshot(ctx),
    signal,
    ...options,
  });
  for await (const envelope of feed) {
    if (!isTrackedEnvelope(envelope)) throw new Error('an event came without its cursor');
    const [cursor, { type, seq }] = envelope;
    const one = { type, seq, cursor };
    told.push(one);
    if (until(one)) return { told, hasEnded: false };
  }
  signal.throwIfAborted();
  return { told, hasEnded: true };
}

async function snapshot(ctx: Parameters<typeof withTransaction>[0]) {
  const place = await withTransaction(ctx, async ({ db }) => await readStreamHead(db, stream.id));
  if (place === null) throw new Error('no stream');
  return {
    state: { head: place.head },
    cursor: formatCursor({ epoch: place.epoch, seq: place.head }),
  };
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);
const cursorAt = (seq: number, { epoch } = stream): string => formatCursor({ epoch, seq });
const seqsOf = (told: Told[]): number[] => told.map(({ seq }) => seq);

describe('resumeFeed', () => {
  it('starts a reader without a cursor where the feed begins', async () => {
    for (const lastEventId of [null, undefined]) {
      for (const after of [OLDEST - 1, 20]) {
        const { told } = await read({ lastEventId, start: { after } });
        expect(seqsOf(told)).toEqual(range(after + 1, HEAD));
        expect(told.every(({ seq, cursor }) => cursor === cursorAt(seq))).toBe(true);
      }
    }
  });

  it('says `reset` to a reader without a cursor when the beginning has been pruned', async () => {
    for (const after of [0, OLDEST - 2]) {
      const { told } = await read({ start: { after } });
      expect(told).toEqual([{ type: 'reset', seq: HEAD, cursor: cursorAt(HEAD) }]);
    }
  });

  it('resumes at every cursor it gave, with exactly what is missing', async () => {
    for (const seq of range(OLDEST - 1, HEAD - 1)) {
      const { told } = await read({ lastEventId: cursorAt(seq) });
      expect(seqsOf(told)).toEqual(range(seq + 1, HEAD));
      expect(told.every(({ type }) => type === 'test')).toBe(true);
    }
  });

  it('says `reset` for any cursor that is of no use, and never leaves a gap', async () => {
    const anySeq = fc.oneof(fc.integer({ min: -5, max: HEAD + 5 }), fc.maxSafeInteger());
    const anyCursor = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      anySeq.map((seq) => `v1.${stream.epoch}.${seq}`),
      anySeq.map((seq) => `v1.${other.epoch}.${seq}`),
      anySeq.map((seq) => `v2.${stream.epoch}.${seq}`),
      anySeq.map((seq) => `v1.${stream.epoch.toUpperCase()}.${seq}`),
      fc.constantFrom(
        '',
        'null',
        '0',
        `v1.${stream.epoch}.`,
        `v1.${stream.epoch}.12 `,
        `v1.${stream.epoch}.1e1`,
      ),
      fc.nat(HEAD).map((seq) => `${cursorAt(seq)}\n`),
    );
    await fc.assert(
      fc.asyncProperty(anyCursor, async (lastEventId) => {
        const { told } = await read({ lastEventId, end: HEAD });
        const cursor = parseCursor(lastEventId);
        const isUsable =
          cursor !== null && cursor.epoch === stream.epoch && cursor.seq >= OLDEST - 1 && cursor.seq <= HEAD;
        if (isUsable) expect(seqsOf(told)).toEqual(range(cursor.seq + 1, HEAD));
        else expect(told).toEqual([{ type: 'reset', seq: HEAD, cursor: cursorAt(HEAD) }]);
      }),
      { numRuns: 80 },
    );
  });

  it('goes on after a reset with what the snapshot does not have', async () => {
    const own = await createTestStream(test.backend);
    await own.append(3);
    const snapshotAt2 = { state: { head: 2 }, cursor: cursorAt(2, own) };
    const { told } = await read(
      { streamId: own.id, lastEventId: 'nonsense', readSnapshot: () => Promise.resolve(snapshotAt2) },
      ({ seq }) => seq === 3,
    );
    expect(told.map(({ type, seq }) => [type, seq])).toEqual([
      ['reset', 2],
      ['test', 3],
    ]);
  });

  it('ends after the last event, at once when that is behind the cursor, and when the snapshot has it', async () => {
    const isLast = ({ seq }: { seq: number }): boolean => seq === 20;
    const never = (): boolean => false;
    expect(seqsOf((await read({ isLast }, never)).told)).toEqual(range(OLDEST, 20));
    expect(await read({ lastEventId: cursorAt(20), end: 20 }, never)).toEqual({ told: [], hasEnded: true });
    const readSnapshot = () =>
      Promise.resolve({ state: { head: HEAD }, cursor: cursorAt(HEAD), isComplete: true });
    const { told, hasEnded } = await read({ lastEventId: 'nonsense', isLast, readSnapshot }, never);
    expect([told.map(({ type }) => type), hasEnded]).toEqual([['reset'], true]);
  });

  it('tells nothing of another tenant’s stream', async () => {
    const tenantId = await createTestTenant(test.backend);
    for (const lastEventId of [null, cursorAt(OLDEST), 'nonsense']) {
      expect(await read({ tenantId, lastEventId })).toEqual({ told: [], hasEnded: true });
    }
  });

  it('leaves out what the feed is not about, and still knows where it is', async () => {
    const view = ({ type, seq }: Seen): Seen | null => (seq % 3 === 0 ? { type, seq } : null);
    const first = await read({ view }, ({ seq }) => seq >= 18);
    const rest = await read({ view, lastEventId: first.told.at(-1)?.cursor ?? '' }, ({ seq }) => seq >= 30);
    expect(seqsOf([...first.told, ...rest.told])).toEqual([12, 15, 18, 21, 24, 27, 30]);
  });

  it('waits for the socket before each event', async () => {
    let readyCalls = 0;
    const flow: SocketFlow = {
      marks: new LaneMarks(),
      write: () => true,
      ready: () => {
        readyCalls += 1;
        return Promise.resolve();
      },
      turn: () => Promise.resolve({ [Symbol.dispose]: () => {} }),
    };
    await read({ flow });
    expect(readyCalls).toBe(range(OLDEST, HEAD).length);
  });
});
