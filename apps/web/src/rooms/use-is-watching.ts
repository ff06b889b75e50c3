import { useSyncExternalStore } from 'react';

/** Whether what comes now is seen: the window has the focus, the tab is shown, and the list stands at its end. */
export function useIsWatching({
  isAtBottom,
  isSettled,
}: {
  isAtBottom: boolean;
  /** Where the list stands means something. */
  isSettled: boolean;
}): boolean {
  const isInFront = useSyncExternalStore(subscribe, isPageInFront);
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
