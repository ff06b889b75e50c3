import type { LiveRoom } from '@aura/client/react';
import { useDocumentVisibility } from '@mantine/hooks';
import { useEffect } from 'react';

/** Tells that everything was read, while it can be seen: the page is shown and stands at its end. */
export function useMarkRead(
  { saidSeq, markRead }: Pick<LiveRoom, 'saidSeq' | 'markRead'>,
  { isAtBottom }: { isAtBottom: boolean },
): void {
  const visibility = useDocumentVisibility();
  useEffect(() => {
    if (saidSeq > 0 && isAtBottom && visibility === 'visible') markRead();
  }, [saidSeq, isAtBottom, visibility, markRead]);
}
