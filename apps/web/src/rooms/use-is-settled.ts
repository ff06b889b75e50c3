import { useEffect, useState } from 'react';

const SETTLED_AFTER_MS = 150;

/** False at first: a list's first rows, and its end, are only there because nothing was scrolled to its place yet. */
export function useIsSettled(): boolean {
  const [isSettled, setIsSettled] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsSettled(true), SETTLED_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return isSettled;
}
