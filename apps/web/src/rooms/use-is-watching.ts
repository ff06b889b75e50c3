import { useSyncExternalStore } from 'react';
import { useIsSettled } from './use-is-settled.ts';

/** Whether what comes now is seen: the window has the focus, the tab is shown, and the list stands at its end. */
export function useIsWatching({ isAtBottom }: { isAtBottom: boolean }): boolean {
  const isInFront = useSyncExternalStore(subscribe, isPageInFront);
  const isSettled = useIsSettled();
  return isSettled && isAtBottom && isInFront;
}

const isPageInFront = (): boolean => document.visibilityState === 'visible' && document.hasFocus();

function subscribe(onChange: () => void): () => void {
  window.addEventListener('focus', onChange);
  window.addEventListener('blur', onChange);
  document.addEventListener('visibilitychange', onChange);
  return () => {
    window.removeEventListener('focus', onChange);
    window.removeEventListener('blur', onChange);
    document.removeEventListener('visibilitychange', onChange);
  };
}
