import { parseCursor } from '@aura/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StreamEvent } from './event.ts';
import type { LanePort } from './lane-port.ts';
import { Lane, type LanePlace, type Passenger } from './lane.ts';

const event = (seq: number, text = ''): StreamEvent => ({
  seq,
  type: 'test',
  runId: null,
  at: '2026-01-01T00:00:00.000Z',
  data: { text },
});
const events = (from: number, to: number): StreamEvent[] =>
  Array.from({ length: to - from + 1 }, (_, index) => event(from + index));

/** A subscription that writes down what its socket was sent. */
class Reader implements LanePort {
  readonly seqs: number[] = [];
  readonly texts: string[] = [];
  hasRoom = true;
  last: number;
  place: LanePlace | null = null;

  constructor(after: number) {
    this.last = after;
  }

  passenger(options: Partial<Passenger> = {}): Passenger {
    return {
      port: this,
      request: { id: 1 },
      epoch: '0123abcd',
      viewKey: 'all',
      isPersonal: false,
      view: (one) => one,
      isLast: () => false,
      leavesLane: null,
      ...options,
    };
  }

  /** All frames of these tests are shorter than 64 KB. */
  write(frames: Buffer): boolean {
    if (!this.hasRoom) return false;
    for (let offset = 0; offset < frames.length;) {
      const short = frames.readUInt8(offset + 1);
      const [header, size] = short < 126 ? [2, short] : [4, frames.readUInt16BE(offset + 2)];
      const text = frames.toString('utf8', offset + header, offset + header + size);
      const { result } = JSON.parse(text) as { result: { id: string } };
      this.texts.push(text);
      this.seqs.push(parseCursor(result.id)?.seq ?? Number.NaN);
      offset += header + size;
    }
    return true;
  }
}

type Step =
  | { kind: 'grow'; by: number; isHeard: boolean }
  | { kind: 'join' | 'leave' | 'block' | 'unblock'; reader: number }
  | { kind: 'repeat'; by: number }
  | { kind: 'dissolve' };

const READERS = 4;
const reader = fc.nat(READERS - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('grow'),
    by: fc.integer({ min: 1, max: 4 }),
    isHeard: fc.boolean(),
  }),
  fc.record({ kind: fc.constantFrom('join', 'join', 'leave', 'block', 'unblock'), reader }),
  fc.record({ kind: fc.constant('repeat'), by: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ kind: fc.constant('dissolve') }),
);

describe('Lane', () => {
  it('delivers without a hole and without a repeat from joining to leaving, whatever happens in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const lane = new Lane();
        const readers = Array.from({ length: READERS }, () => new Reader(0));
        let head = 0;
        for (const next of steps) {
          switch (next.kind) {
            case 'grow':
              head += next.by;
              if (next.isHeard) lane.carry(events(head - next.by + 1, head));
              break;
            case 'repeat':
              if (head > 0) lane.carry(events(Math.max(1, head - next.by), head));
              break;
            case 'dissolve':
              lane.dissolve();
              break;
            case 'join':
            case 'leave':
            case 'block':
            case 'unblock':
              await change(lane, readers[next.reader], { kind: next.kind, head });
              break;
          }
        }
        lane.dissolve();
        for (const one of readers) await change(lane, one, { kind: 'leave', head });
        expect(lane.size).toBe(0);
      }),
      { numRuns: 400 },
    );
  });

  it('lets a subscription leave ahead of the batch with an event it must see to, and carries on with the others', async () => {
    const lane = new Lane();
    const [all, some] = [new Reader(4), new Reader(4)];
    lane.join(all.passenger(), 4);
    const place = lane.join(some.passenger({ leavesLane: ({ seq }) => seq === 7 }), 4);
    lane.carry(events(5, 5));
    lane.carry(events(6, 8));
    lane.carry(events(9, 9));
    expect([all.seqs, some.seqs]).toEqual([[5, 6, 7, 8, 9], [5]]);
    expect(await place?.left).toBe(5);
    expect(lane.size).toBe(1);
  });

  it('lets all leave ahead of the batch in which their feed ends', async () => {
    const lane = new Lane();
    const [ends, goesOn] = [new Reader(0), new Reader(0)];
    const isLast = ({ seq }: StreamEvent): boolean => seq === 2;
    const places = [1, 2].map((id) =>
      lane.join(ends.passenger({ viewKey: 'ends', isLast, request: { id } }), 0),
    );
    lane.join(goesOn.passenger(), 0);
    lane.carry(events(1, 3));
    expect(await Promise.all(places.map(async (place) => await place?.left))).toEqual([0, 0]);
    expect([ends.seqs, goesOn.seqs, lane.size]).toEqual([[], [1, 2, 3], 1]);
  });

  it('shows each what is for it, and writes nothing when nothing is', () => {
    const lane = new Lane();
    const [odd, all] = [new Reader(0), new Reader(0)];
    let writes = 0;
    const write = (frames: Buffer): boolean => {
      writes++;
      return odd.write(frames);
    };
    const port = { write };
    lane.join(odd.passenger({ viewKey: 'odd', view: (one) => (one.seq % 2 === 1 ? one : null), port }), 0);
    lane.join(all.passenger({ request: { id: 'b', jsonrpc: '2.0' } }), 0);
    lane.carry(events(1, 3));
    lane.carry(events(4, 4));
    expect([odd.seqs, writes, all.seqs]).toEqual([[1, 3], 1, [1, 2, 3, 4]]);
    expect(all.texts[0]).toMatch(/^\{"id":"b","jsonrpc":"2.0","result":/);
  });

  it('makes one buffer for all who get the same bytes', () => {
    const lane = new Lane();
    const written: Buffer[] = [];
    const port = { write: (frames: Buffer) => written.push(frames) > 0 };
    let views = 0;
    const view = (one: StreamEvent): StreamEvent => {
      views++;
      return one;
    };
    for (const id of [1, 1, 1, 2]) lane.join(new Reader(0).passenger({ port, view, request: { id } }), 0);
    lane.carry(events(1, 2));
    expect([written.length, new Set(written).size, views]).toEqual([4, 2, 2]);
  });

  it('writes nothing to anybody when a view fails', () => {
    const lane = new Lane();
    const good = new Reader(0);
    lane.join(good.passenger(), 0);
    const view = (): never => {
      throw new Error('a bug');
    };
    lane.join(new Reader(0).passenger({ viewKey: 'bad', view }), 0);
    expect(() => lane.carry(events(1, 1))).toThrow('a bug');
    expect(good.seqs).toEqual([]);
  });
});

async function change(
  lane: Lane,
  who: Reader | undefined,
  { kind, head }: { kind: 'join' | 'leave' | 'block' | 'unblock'; head: number },
): Promise<void> {
  if (who === undefined) return;
  if (kind === 'block' || kind === 'unblock') {
    who.hasRoom = kind === 'unblock';
    return;
  }
  const had = who.place;
  had?.leave();
  if (had !== null) {
    const left = await had.left;
    expect(who.seqs.splice(0)).toEqual(events(who.last + 1, left).map(({ seq }) => seq));
    who.last = left;
  }
  // A subscription reads the log up to its head before it joins again.
  who.place = null;
  if (kind === 'leave') return;
  who.last = head;
  who.place = lane.join(who.passenger(), head);
}
