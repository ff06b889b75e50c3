/**
 * Calls `onWake` when what this page knows may be out of date: shown again, restored from the back/forward cache,
 * online again (timers stood still and other tabs' news were missed), or localStorage changed by another tab (their
 * news may outrun the change itself). Does nothing outside browsers.
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
  window.addEventListener('storage', onWake, { signal });
  return () => ended.abort();
}
