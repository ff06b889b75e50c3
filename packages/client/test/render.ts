import './dom.ts';
import { createElement, type FunctionComponent, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import type { AuraClient } from '../src/index.ts';
import { AuraProvider } from '../src/react/index.ts';

export interface View<T> extends Disposable {
  /** What the hook answered last. */
  readonly current: T;
  /** How often it was rendered. */
  readonly renderings: number;
}

/** Renders views of one hook each, side by side under one provider, in StrictMode as apps do. */
export function renderHooks<T>(client: AuraClient, hooks: readonly (() => T)[]): (View<T> & Disposable)[] {
  const seen = hooks.map((): { value: T | undefined; renderings: number } => ({
    value: undefined,
    renderings: 0,
  }));
  const Probe: FunctionComponent<{ index: number }> = ({ index }) => {
    const [hook, place] = [hooks[index], seen[index]];
    if (hook === undefined || place === undefined) return null;
    place.value = hook();
    place.renderings += 1;
    return null;
  };
  const root = createRoot(document.createElement('div'));
  const probes = hooks.map((_, index) => createElement(Probe, { key: index, index }));
  root.render(createElement(StrictMode, null, createElement(AuraProvider, { client }, ...probes)));
  return seen.map((place) => ({
    get current() {
      if (place.value === undefined) throw new Error('not rendered yet');
      return place.value;
    },
    get renderings() {
      return place.renderings;
    },
    [Symbol.dispose]: () => root.unmount(),
  }));
}

/** Renders one hook and waits for its first answer. */
export async function renderHook<T>(client: AuraClient, hook: () => T): Promise<View<T>> {
  const [view] = renderHooks(client, [hook]);
  if (view === undefined) throw new Error('nothing to render');
  const deadline = AbortSignal.timeout(5_000);
  while (view.renderings === 0) {
    deadline.throwIfAborted();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return view;
}
