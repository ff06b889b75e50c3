import type { RoomMessageView } from '@aura/contract';
import { useDocumentVisibility } from '@mantine/hooks';
import { useEffect } from 'react';

/** Tells that everything was read, while it can be seen: the page is shown and stands at its end. */
export function useMarkRead(
  isAtBottom: boolean,
  messages: readonly RoomMessageView[],
  markRead: () => void,
): void {
  const visibility = useDocumentVisibility();
  useEffect(() => {
    if (isAtBottom && visibility === 'visible') markRead();
  }, [isAtBottom, visibility, messages, markRead]);
}
