import type { RunEvent } from '@aura/contract';
import { describe, expect, it } from 'vitest';
import { createRunSegment } from './run-segment.ts';

const common = { seq: 1, at: '2026-01-01T00:00:00.000Z', runId: 'r' };
const waits = (...approvalIds: string[]): RunEvent => ({
  ...common,
  type: 'run_waiting',
  data: { approvalIds },
});
const decided = (approvalId: string): RunEvent => ({
  ...common,
  type: 'hitl_resolved',
  data: {
    approvalId,
    status: 'approved',
    decidedBy: null,
    decidedAt: common.at,
    reason: null,
    editedArgs: null,
    answer: null,
  },
});
const says = (text: string): RunEvent => ({
  ...common,
  type: 'content',
  data: { messageId: text, attempt: 1, text, usage: null, isComplete: true },
});
const done: RunEvent = {
  ...common,
  type: 'done',
  data: { status: 'completed', error: null, usage: { inputTokens: 0, outputTokens: 0 } },
};

/** What is told of a log, up to the first wait: texts, decisions, and what is waited for. */
function told(log: readonly RunEvent[], ...answered: string[]): string[] {
  const segment = createRunSegment(new Set(answered));
  const words: string[] = [];
  for (const part of log.flatMap((event) => segment.take(event))) {
    if (part.kind === 'wait') return [...words, `waits for ${part.approvalIds.join()}`];
    if (part.kind === 'past') continue;
    const { event } = part;
    words.push(event.type === 'content' ? event.data.text : event.type);
  }
  return words;
}

describe('the part of a run that a stream tells of', () => {
  it('is, without answers, from the beginning to the first wait, whatever came of that', () => {
    const log = [says('one'), waits('a'), decided('a'), says('two'), done];
    expect(told(log)).toEqual(['one', 'waits for a']);
    expect(told([says('one'), done])).toEqual(['one', 'done']);
  });

  it('is, with answers, from the wait they are for to the next that they are not for', () => {
    const log = [
      says('one'),
      waits('a'),
      decided('a'),
      says('two'),
      waits('b'),
      decided('b'),
      says('three'),
      done,
    ];
    expect(told(log, 'a')).toEqual(['hitl_resolved', 'two', 'waits for b']);
    expect(told(log, 'b')).toEqual(['hitl_resolved', 'three', 'done']);
  });

  it('goes on over a wait in between, where the run was quicker than the second decision', () => {
    const log = [
      waits('a', 'b'),
      decided('a'),
      says('a is made'),
      waits('b'),
      decided('b'),
      says('b is made'),
      done,
    ];
    expect(told(log, 'a', 'b')).toEqual(['hitl_resolved', 'a is made', 'hitl_resolved', 'b is made', 'done']);
  });

  it('begins after what another reader has been told, when somebody else decided the rest', () => {
    const log = [
      waits('a', 'b'),
      decided('a'),
      says('a is made'),
      waits('b'),
      decided('b'),
      says('b is made'),
      done,
    ];
    expect(told(log, 'b')).toEqual(['hitl_resolved', 'b is made', 'done']);
  });

  it('is the end alone for a run that ended without the decision', () => {
    expect(told([says('one'), waits('a'), done], 'a')).toEqual(['done']);
  });
});
