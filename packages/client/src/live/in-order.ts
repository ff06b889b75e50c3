import { isTransient, toAuraError } from '../aura-error.ts';

/**
 * `call` as one at a time, in the order they were asked for. When one finds no connection, those that wait fail with
 * it: going on without it would put them in another order.
 */
export function inOrder<I, O>(call: (input: I) => Promise<O>): (input: I) => Promise<O> {
  let last: Promise<unknown> = Promise.resolve();
  let broken: { error: unknown } | null = null;
  let waiting = 0;
  return async (input) => {
    const before = last;
    const turn = Promise.withResolvers<void>();
    last = turn.promise;
    waiting += 1;
    try {
      await before;
      if (broken !== null) throw broken.error;
      return await call(input);
    } catch (err) {
      const error = toAuraError(err);
      if (isTransient(error.code)) broken = { error };
      throw error;
    } finally {
      waiting -= 1;
      if (waiting === 0) broken = null;
      turn.resolve();
    }
  };
}
