import type { MessageView } from '@aura/contract';
import { expect, test } from 'vitest';
import { AuraError } from '../aura-error.ts';
import { createOutbox } from './outbox.ts';

const message = (clientId: string, text: string, seq: number): MessageView => ({
  id: `m${seq}`,
  role: 'user',
  clientId,
  text,
  runId: null,
  seq,
  isComplete: true,
  usage: null,
  createdAt: '2026-01-01T00:00:00.000Z',
});

function start() {
  const calls: { clientId: string; settle: PromiseWithResolvers<{ seq?: number }> }[] = [];
  const outbox = createOutbox<{ text: string }>({
    send({ clientId }) {
      const settle = Promise.withResolvers<{ seq?: number }>();
      calls.push({ clientId, settle });
      return settle.promise;
    },
    onChange: () => undefined,
  });
  const texts = (messages: MessageView[]) => outbox.pending(messages).map(({ text }) => text);
  const add = (text: string) => outbox.add({ text });
  return { outbox, calls, texts, add };
}

test('the event may come before the answer or after it: the message never shows twice, nor vanishes', async () => {
  const { outbox, calls, texts, add } = start();
  const hi = add('hi');
  expect(texts([])).toEqual(['hi']);
  expect(texts([message(hi, 'hi', 1)])).toEqual([]);

  const ho = add('ho');
  calls[1]?.settle.resolve({});
  await expect.poll(() => outbox.isDelivered()).toBe(true);
  expect(texts([message(hi, 'hi', 1)])).toEqual(['ho']);
  expect(texts([message(hi, 'hi', 1), message(ho, 'ho', 2)])).toEqual([]);
});

test('an equal text from another tab is not taken for it', () => {
  const { texts, add } = start();
  add('yes');
  expect(texts([message('of-another-tab', 'yes', 6)])).toEqual(['yes']);
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

test('a message that shows elsewhere has arrived when the log has reached its place', async () => {
  const { outbox, calls, texts, add } = start();
  add('in a thread');
  calls[0]?.settle.resolve({ seq: 9 });
  await expect.poll(() => outbox.isDelivered()).toBe(true);
  expect(outbox.pending([], 8)).toHaveLength(1);
  expect(outbox.pending([], 9)).toEqual([]);
  expect(texts([])).toEqual([]);
});

test('what failed for want of a connection is sent again in its order, what was refused is not', async () => {
  const { outbox, calls, add } = start();
  const [a, b, c] = [add('a'), add('b'), add('c')];
  for (const [index, code] of (['NETWORK', 'MUTED', 'UNAVAILABLE'] as const).entries()) {
    calls[index]?.settle.reject(new AuraError(code, { message: code }));
  }
  await expect.poll(() => outbox.pending([]).filter(({ status }) => status === 'failed')).toHaveLength(3);
  outbox.retryUnsent();
  expect(calls.map(({ clientId }) => clientId)).toEqual([a, b, c, a, c]);
});
