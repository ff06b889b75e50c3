import { useWindowEvent } from '@mantine/hooks';

/** Calls `stop` on Escape, unless the key closes something else or belongs to a syllable being composed. */
export function useStopOnEscape(isActive: boolean, stop: () => void): void {
  useWindowEvent('keydown', (event) => {
    if (!isActive || event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return;
    const isElsewhere = event.target instanceof Element && event.target.closest('[role=dialog], [role=menu]');
    if (!isElsewhere) stop();
  });
}
