import type { MessageView, RunState } from '@aura/contract';
import { expect, test } from 'vitest';
import { transcriptEntries } from './transcript-entries.ts';

const AT = '2026-01-01T00:00:00.000Z';

function message(id: string, role: 'user' | 'assistant', runId: string | null): MessageView {
  return { id, role, clientId: null, text: id, runId, seq: 1, isComplete: true, usage: null, createdAt: AT };
}

function run(id: string, messageId: string, answerId?: string): RunState {
  return {
    id,
    conversationId: 'c',
    messageId,
    model: 'm',
    status: 'completed',
    error: null,
    createdAt: AT,
    startedAt: AT,
    endedAt: AT,
    items:
      answerId === undefined
        ? []
        : [{ kind: 'text', messageId: answerId, attempt: 1, text: answerId, isFinal: true }],
    timeline: [],
    usage: null,
  };
}

const keys = (messages: MessageView[], runs: RunState[]) =>
  transcriptEntries(messages, Object.fromEntries(runs.map((item) => [item.id, item]))).map(
    ({ kind, key }) => `${kind} ${key}`,
  );

test('shows a run once, after the message that asked for it, in place of its answer', () => {
  const messages = [message('q', 'user', 'r'), message('a', 'assistant', 'r')];
  expect(keys(messages, [run('r', 'q', 'a')])).toEqual(['user q', 'run r']);
});

test('shows a run that has said nothing yet', () => {
  expect(keys([message('q', 'user', null)], [run('r', 'q')])).toEqual(['user q', 'run r']);
});

test('shows a run at its answer when the question is on an older page', () => {
  expect(keys([message('a', 'assistant', 'r')], [run('r', 'q', 'a')])).toEqual(['run r']);
});

test('shows what was said into a run where the run read it: before the next thought and answer', () => {
  const thought = { kind: 'thought' as const, stepId: 's', attempt: 1, text: '…' };
  const text = (messageId: string) => ({
    kind: 'text' as const,
    messageId,
    attempt: 1,
    text: messageId,
    isFinal: true,
  });
  const messages = [
    { ...message('q', 'user', 'r'), seq: 1 },
    { ...message('a', 'assistant', 'r'), seq: 5 },
    { ...message('aside', 'user', 'r'), seq: 7 },
    { ...message('b', 'assistant', 'r'), seq: 9 },
  ];
  const steeringOf = (items: RunState['items']) =>
    transcriptEntries(messages, { r: { ...run('r', 'q'), items } }).flatMap((entry) =>
      entry.kind === 'run' ? entry.steering.map(({ message: { id }, index }) => [id, index]) : [],
    );
  expect(steeringOf([text('a'), thought, text('b')])).toEqual([['aside', 1]]);
  expect(steeringOf([text('a')])).toEqual([['aside', 1]]);
  expect(keys(messages, [{ ...run('r', 'q'), items: [text('a'), text('b')] }])).toEqual(['user q', 'run r']);
});

test('shows the answer itself when its run was not loaded', () => {
  const messages = [message('q', 'user', 'r'), message('a', 'assistant', 'r')];
  expect(keys(messages, [])).toEqual(['user q', 'answer a']);
});
