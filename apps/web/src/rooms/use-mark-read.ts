import type { LiveRoom } from '@aura/client/react';
import { useEffect } from 'react';

/** Tells that everything was read, while it is being watched. */
export function useMarkRead(
  { saidSeq, markRead }: Pick<LiveRoom, 'saidSeq' | 'markRead'>,
  { isWatching }: { isWatching: boolean },
): void {
  useEffect(() => {
    if (saidSeq > 0 && isWatching) markRead();
  }, [saidSeq, isWatching, markRead]);
}
