import type { RunEvent } from '@aura/contract';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Unplaced } from '../../realtime/event.ts';
import { PieceWriter } from './piece-writer.ts';

const place = { runId: 'run', stepId: 'step', messageId: 'message', attempt: 2 };
type Kind = 'thought' | 'text';
type Written = Unplaced<RunEvent>[];

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** What a reader makes of the rows of one kind; fails on a hole or an overlap. */
function joined(written: Written, kind: Kind): string {
  let text = '';
  for (const event of written) {
    if (event.type === 'thought' && kind === 'thought') {
      expect(event.data).toMatchObject({ stepId: 'step', attempt: 2, offset: text.length });
      text += event.data.text;
    } else if (event.type === 'content_delta' && kind === 'text') {
      expect(event.data).toMatchObject({ messageId: 'message', attempt: 2, offset: text.length });
      text += event.data.delta;
    }
  }
  return text;
}

const piecesOf = (written: Written): string[] =>
  written.flatMap((event) =>
    event.type === 'thought' ? [event.data.text] : event.type === 'content_delta' ? [event.data.delta] : [],
  );

/** A writer whose writes take `writeMs`. */
function createWriter(writeMs: () => number = () => 0) {
  const writes: Written[] = [];
  let underWay = 0;
  const writer = new PieceWriter(place, async (events) => {
    underWay += 1;
    expect(underWay).toBe(1);
    writes.push(events);
    await new Promise<void>((resolve) => {
      setTimeout(resolve, writeMs());
    });
    underWay -= 1;
  });
  const finish = async (): Promise<void> => {
    const finishing = writer.finish();
    await vi.runAllTimersAsync();
    await finishing;
  };
  return { writer, writes, finish };
}

describe('PieceWriter', () => {
  it('writes the first piece at once, and what gathers behind it in 60 ms together', async () => {
    const { writer, writes, finish } = createWriter();
    writer.push('text', 'a');
    expect(writes.map(piecesOf)).toEqual([['a']]);
    await vi.advanceTimersByTimeAsync(5);
    for (const piece of ['b', 'c', 'd']) writer.push('text', piece);
    await vi.advanceTimersByTimeAsync(59);
    expect(writes).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(writes.map(piecesOf)).toEqual([['a'], ['bcd']]);
    await finish();
    expect(writes).toHaveLength(2);
  });

  it('does not wait when much has gathered', async () => {
    const { writer, writes } = createWriter();
    writer.push('text', 'a');
    await vi.advanceTimersByTimeAsync(5);
    writer.push('text', 'x'.repeat(4_095));
    expect(writes).toHaveLength(1);
    writer.push('text', 'y');
    expect(writes).toHaveLength(2);
  });

  it('makes larger rows, not a queue, when writing is slow', async () => {
    const { writer, writes, finish } = createWriter(() => 500);
    for (let index = 0; index < 1_000; index++) {
      writer.push('text', 'x');
      await vi.advanceTimersByTimeAsync(2);
    }
    await finish();
    expect(writes.length).toBeLessThan(8);
    expect(joined(writes.flat(), 'text')).toBe('x'.repeat(1_000));
  });

  it('writes rows that join to the text, however it was cut and however long writing takes', async () => {
    const unit = fc.constantFrom('a', '\ud83d\ude00', 'é', '\ud83d', '\ude00', '\u{1f468}‍\u{1f469}', '\n');
    const chunk = fc.record({
      kind: fc.constantFrom<Kind>('text', 'thought'),
      units: fc.array(unit, { maxLength: 6 }),
      /** Where to cut the chunk in two, in UTF-16 units: between the halves of a pair as well. */
      cut: fc.nat(12),
      waitMs: fc.constantFrom(0, 1, 30, 70),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(chunk, { maxLength: 40 }),
        fc.constantFrom(0, 10, 100),
        async (chunks, writeMs) => {
          const { writer, writes, finish } = createWriter(() => writeMs);
          const told: Record<Kind, string> = { text: '', thought: '' };
          for (const { kind, units, cut, waitMs } of chunks) {
            const text = units.join('');
            for (const piece of [text.slice(0, cut), text.slice(cut)]) writer.push(kind, piece);
            told[kind] += text;
            await vi.advanceTimersByTimeAsync(waitMs);
          }
          await finish();
          const written = writes.flat();
          expect(writer.text).toBe(told.text);
          for (const kind of ['text', 'thought'] as const) {
            expect(joined(written, kind)).toBe(told[kind]);
            // A row is stored well-formed: joined rows must still be what the whole would be stored as.
            const rows = written.filter(({ type }) => (type === 'thought') === (kind === 'thought'));
            expect(
              piecesOf(rows)
                .map((piece) => piece.toWellFormed())
                .join(''),
            ).toBe(told[kind].toWellFormed());
          }
          expect(piecesOf(written)).not.toContain('');
        },
      ),
      { numRuns: 300 },
    );
  });

  it('throws what a write failed with at the next piece and at the end, and writes nothing behind the hole', async () => {
    for (const when of ['push', 'finish', 'wait'] as const) {
      let isBroken = true;
      const written: Written[] = [];
      const writer = new PieceWriter(place, async (events) => {
        await Promise.resolve();
        if (isBroken) throw new Error('the log is away');
        written.push(events);
      });
      writer.push('text', 'lost');
      writer.push('text', 'behind the hole');
      await vi.advanceTimersByTimeAsync(1);
      isBroken = false;
      if (when === 'wait') await vi.advanceTimersByTimeAsync(1_000);
      if (when === 'push') expect(() => writer.push('text', 'x')).toThrow('the log is away');
      await expect(writer.finish()).rejects.toThrow('the log is away');
      await writer.abandon();
      await vi.runAllTimersAsync();
      expect(written).toEqual([]);
    }
  });

  it('forgets what is not written when it is abandoned, and leaves no timer', async () => {
    const { writer, writes } = createWriter(() => 20);
    writer.push('text', 'kept');
    writer.push('text', 'forgotten');
    const abandoning = writer.abandon();
    await vi.advanceTimersByTimeAsync(30);
    await abandoning;
    expect(writes.map(piecesOf)).toEqual([['kept']]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
