import type { MessageView } from '@aura/contract';
import { expect, test } from 'vitest';
import { AuraError } from '../aura-error.ts';
import { createOutbox } from './outbox.ts';

const message = (id: string, text: string, seq: number): MessageView => ({
  id,
  role: 'user',
  text,
  runId: null,
  seq,
  isComplete: true,
  usage: null,
  createdAt: '2026-01-01T00:00:00.000Z',
});

function start() {
  const calls: { clientId: string; settle: PromiseWithResolvers<{ messageId: string }> }[] = [];
  const outbox = createOutbox({
    send({ clientId }) {
      const settle = Promise.withResolvers<{ messageId: string }>();
      calls.push({ clientId, settle });
      return settle.promise;
    },
    onChange: () => undefined,
  });
  const texts = (messages: MessageView[]) => outbox.pending(messages).map(({ text }) => text);
  const add = (text: string, afterSeq = 0) => outbox.add(text, { context: undefined, afterSeq });
  return { outbox, calls, texts, add };
}

test('the event may come before the answer or after it: the message never shows twice, nor vanishes', async () => {
  const { calls, texts, add } = start();
  add('hi');
  expect(texts([])).toEqual(['hi']);
  expect(texts([message('m1', 'hi', 1)])).toEqual([]);

  add('ho', 1);
  calls[1]?.settle.resolve({ messageId: 'm2' });
  await calls[1]?.settle.promise;
  expect(texts([message('m1', 'hi', 1)])).toEqual(['ho']);
  expect(texts([message('m1', 'hi', 1), message('m2', 'ho', 2)])).toEqual([]);
});

test('an equal text from before, or from another tab, is not taken for it', async () => {
  const { calls, texts, add } = start();
  const before = message('m1', 'yes', 5);
  add('yes', 5);
  expect(texts([before])).toEqual(['yes']);
  // Another tab's: taken for ours until the answer names another id.
  const theirs = message('m2', 'yes', 6);
  expect(texts([before, theirs])).toEqual([]);
  calls[0]?.settle.resolve({ messageId: 'm3' });
  await calls[0]?.settle.promise;
  expect(texts([before, theirs])).toEqual(['yes']);
  expect(texts([before, theirs, message('m3', 'yes', 7)])).toEqual([]);
});

test('two equal messages on their way take two arrivals', () => {
  const { texts, add } = start();
  add('go');
  add('go');
  expect(texts([message('m1', 'go', 1)])).toEqual(['go']);
  expect(texts([message('m1', 'go', 1), message('m2', 'go', 2)])).toEqual([]);
});

test('a refused message stays as failed; a retry keeps its clientId', async () => {
  const { outbox, calls, add } = start();
  const clientId = add('hi');
  calls[0]?.settle.reject(new AuraError('RUN_ACTIVE', { message: 'wait' }));
  await expect.poll(() => outbox.pending([])).toMatchObject([{ clientId, status: 'failed' }]);
  outbox.retry(clientId);
  outbox.retry(clientId);
  expect(calls.map((call) => call.clientId)).toEqual([clientId, clientId]);
  expect(outbox.pending([])).toEqual([{ clientId, text: 'hi', status: 'sending' }]);
  outbox.discard(clientId);
  expect(outbox.pending([])).toEqual([]);
});
