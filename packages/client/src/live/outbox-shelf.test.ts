import { expect, test } from 'vitest';
import { z } from 'zod';
import { AuraError } from '../aura-error.ts';
import { createOutbox } from './outbox.ts';
import { createOutboxShelf } from './outbox-shelf.ts';

const body = z.object({ text: z.string() });

function start() {
  const values = new Map<string, string>();
  const storage = {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    removeItem: (key: string) => void values.delete(key),
  };
  /** A page that was just loaded. */
  const load = (send: () => Promise<{ seq?: number }>) => {
    const sent: string[] = [];
    const outbox = createOutbox<{ text: string }>({
      send({ clientId }) {
        sent.push(clientId);
        return send();
      },
      onChange: () => undefined,
      shelf: createOutboxShelf(() => 'room', { body, storage }),
    });
    outbox.restore();
    return { outbox, sent };
  };
  return { values, load };
}
const never = () => new Promise<never>(() => undefined);

test('a reload sends again, under its clientId, what was on its way; what was refused waits for its author', async () => {
  const { load, values } = start();
  const before = load(() => Promise.reject(new AuraError('MUTED', { message: 'not now' })));
  const refused = before.outbox.add({ text: 'refused' });
  await expect.poll(() => before.outbox.pending([])[0]?.status).toBe('failed');
  const unanswered = load(never);
  const going = unanswered.outbox.add({ text: 'going' });

  const after = load(() => Promise.resolve({ seq: 7 }));
  expect(after.sent).toEqual([going]);
  const codes = after.outbox.pending([]).map(({ clientId, error }) => [clientId, error?.code]);
  expect(codes).toEqual([
    [refused, 'MUTED'],
    [going, undefined],
  ]);
  await expect.poll(() => after.outbox.pending([], 7).map(({ clientId }) => clientId)).toEqual([refused]);
  after.outbox.discard(refused);
  expect(values.size).toBe(0);
});

test('what somebody else wrote there is not taken for messages', () => {
  const { load, values } = start();
  values.set('room', '[{"clientId":1}]');
  expect(load(never).outbox.pending([])).toEqual([]);
  values.set('room', 'nonsense');
  expect(load(never).outbox.pending([])).toEqual([]);
});
