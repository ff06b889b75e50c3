import { expect, test } from 'vitest';
import { AuraError } from '../aura-error.ts';
import { inOrder } from './in-order.ts';

function start() {
  const calls: { name: string; settle: PromiseWithResolvers<string> }[] = [];
  const call = inOrder((name: string) => {
    const settle = Promise.withResolvers<string>();
    calls.push({ name, settle });
    return settle.promise;
  });
  return { calls, call, names: () => calls.map(({ name }) => name) };
}

test('calls go out one after the other, also past one that was refused', async () => {
  const { calls, call, names } = start();
  const [a, b] = [call('a'), call('b')];
  await expect.poll(names).toEqual(['a']);
  calls[0]?.settle.reject(new AuraError('MUTED', { message: 'not now' }));
  await expect(a).rejects.toMatchObject({ code: 'MUTED' });
  await expect.poll(names).toEqual(['a', 'b']);
  calls[1]?.settle.resolve('done');
  expect(await b).toBe('done');
});

test('without a connection those that wait fail too, and a later one is tried again', async () => {
  const { calls, call, names } = start();
  const [a, b] = [call('a'), call('b')];
  await expect.poll(names).toEqual(['a']);
  calls[0]?.settle.reject(new AuraError('NETWORK', { message: 'cut' }));
  await expect(a).rejects.toMatchObject({ code: 'NETWORK' });
  await expect(b).rejects.toMatchObject({ code: 'NETWORK' });
  void call('a');
  await expect.poll(names).toEqual(['a', 'a']);
});
