/**
 * Calls `onWake` when this page comes back to life: shown again, restored from the back/forward cache, or online
 * again. Timers stand still and other tabs' news are missed meanwhile. Does nothing outside browsers.
 */
export function watchWakes(onWake: () => void): () => void {
  if (typeof window === 'undefined' || typeof document === 'undefined') return () => undefined;
  const ended = new AbortController();
  const { signal } = ended;
  document.addEventListener(
    'visibilitychange',
    () => {
      if (document.visibilityState === 'visible') onWake();
    },
    { signal },
  );
  window.addEventListener('pageshow', onWake, { signal });
  window.addEventListener('online', onWake, { signal });
  return () => ended.abort();
}
