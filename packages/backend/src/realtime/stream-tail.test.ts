import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StreamEvent } from './event.ts';
import { StreamTail } from './stream-tail.ts';

const event = (seq: number): StreamEvent => ({ seq, type: 'test', runId: null, at: '', data: { seq } });
const events = (from: number, to: number): StreamEvent[] =>
  Array.from({ length: to - from + 1 }, (_, index) => event(from + index));

type Heard = { kind: 'batch'; from: number; length: number } | { kind: 'head'; head: number };
const heardArbitrary = (maxSeq: number, maxLength: number): fc.Arbitrary<Heard[]> =>
  fc.array(
    fc.oneof(
      fc.record({
        kind: fc.constant('batch'),
        from: fc.integer({ min: 1, max: maxSeq }),
        length: fc.integer({ min: 0, max: maxLength }),
      }),
      fc.record({ kind: fc.constant('head'), head: fc.integer({ min: 0, max: maxSeq }) }),
    ),
    { maxLength: 60 },
  );

/** The simplest thing that is right: everything ever heard, by seq. */
class Model {
  readonly known = new Set<number>();
  head = 0;
  hear(heard: Heard): boolean {
    const before = this.head;
    if (heard.kind === 'head') this.head = Math.max(this.head, heard.head);
    else {
      for (const { seq } of events(heard.from, heard.from + heard.length - 1)) this.known.add(seq);
      if (heard.length > 0) this.head = Math.max(this.head, heard.from + heard.length - 1);
    }
    return this.head > before;
  }
}

const hear = (tail: StreamTail, heard: Heard): boolean =>
  heard.kind === 'head'
    ? tail.raise(heard.head)
    : tail.push(events(heard.from, heard.from + heard.length - 1), 100);

describe('StreamTail', () => {
  it.each([
    { name: 'crowded', maxSeq: 30, maxLength: 6 },
    { name: 'long', maxSeq: 3_000, maxLength: 400 },
  ])(
    'whatever is heard in whatever order ($name): true heads, no hole, no invention',
    ({ maxSeq, maxLength }) => {
      fc.assert(
        fc.property(
          heardArbitrary(maxSeq, maxLength),
          fc.array(fc.nat(maxSeq + maxLength), { minLength: 20, maxLength: 20 }),
          (all, seqs) => {
            const tail = new StreamTail();
            const model = new Model();
            for (const heard of all) {
              expect(hear(tail, heard)).toBe(model.hear(heard));
              expect(tail.head).toBe(model.head);
              for (const seq of seqs) {
                const next = tail.after(seq);
                if (next === null) continue;
                if (next.length === 0) expect(seq).toBe(tail.head);
                expect(next.length).toBeLessThanOrEqual(512);
                expect(next).toEqual(events(seq + 1, seq + next.length));
                expect(next.every((one) => model.known.has(one.seq))).toBe(true);
              }
            }
          },
        ),
      );
    },
  );

  it('holds what was heard in order, as far back as its bound', () => {
    const tail = new StreamTail();
    for (let seq = 1; seq <= 10_000; seq++) tail.push([event(seq)], 1);
    expect(tail.after(9_900)).toEqual(events(9_901, 10_000));
    expect(tail.after(9_000)).toBeNull();
    expect(tail.after(10_000)).toEqual([]);
  });

  it('holds a million characters or two, however few events they are', () => {
    const tail = new StreamTail();
    for (let seq = 1; seq <= 100; seq += 2) tail.push(events(seq, seq + 1), 200_000);
    expect(tail.after(94)).toEqual(events(95, 100));
    expect(tail.after(79)).toBeNull();
    tail.push([event(101)], 5_000_000);
    expect([tail.head, tail.after(100)]).toEqual([101, null]);
    tail.push([event(102)], 10);
    expect(tail.after(101)).toEqual([event(102)]);
  });

  it('gives nothing across a hole, and is whole again behind it', () => {
    const tail = new StreamTail();
    tail.push(events(1, 5), 5);
    tail.push(events(7, 8), 2);
    expect(tail.head).toBe(8);
    expect(tail.after(5)).toBeNull();
    expect(tail.after(6)).toEqual(events(7, 8));
    expect(tail.push([event(6)], 1)).toBe(false);
    expect(tail.after(5)).toBeNull();
    tail.push([event(9)], 1);
    expect(tail.after(6)).toEqual(events(7, 9));
  });

  it('lets go of what a later event has rewritten, and of all when it missed what that may have been', () => {
    const tail = new StreamTail();
    const deletion = { ...event(6), type: 'message_deleted' };
    tail.push(events(1, 5), 5);
    tail.push([deletion, event(7)], 2);
    expect(tail.after(3)).toBeNull();
    expect(tail.after(5)).toEqual([deletion, event(7)]);
    tail.raise(8);
    expect(tail.after(5)).toBeNull();
  });
});
