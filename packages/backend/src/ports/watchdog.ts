import { ModelError } from './model.ts';

/** Aborts `signal` when the first event or any next one takes too long, or when `outer` aborts. */
export function createWatchdog(
  outer: AbortSignal,
  { firstEventTimeoutMs, idleTimeoutMs }: { firstEventTimeoutMs: number; idleTimeoutMs: number },
): Disposable & { signal: AbortSignal; reset(): void } {
  const controller = new AbortController();
  const bite = (waitedMs: number) => (): void =>
    controller.abort(
      new ModelError('provider_stalled', {
        message: `The model sent nothing for ${waitedMs / 1_000} s.`,
        retry: 'cut',
      }),
    );
  let timer = setTimeout(bite(firstEventTimeoutMs), firstEventTimeoutMs);
  return {
    signal: AbortSignal.any([outer, controller.signal]),
    reset() {
      clearTimeout(timer);
      timer = setTimeout(bite(idleTimeoutMs), idleTimeoutMs);
    },
    [Symbol.dispose]() {
      clearTimeout(timer);
    },
  };
}
