import { useSyncExternalStore } from 'react';
import type { ReadableStore } from '../store.ts';

/** The store's value, kept current. */
export function useStore<T>(store: ReadableStore<T>): T {
  return useSyncExternalStore(store.subscribe, store.get, store.get);
}
