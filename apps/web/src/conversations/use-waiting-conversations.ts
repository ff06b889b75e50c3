import { useApprovals } from '@aura/client/react';
import { useMemo } from 'react';

/** The conversations in which something waits for this person. */
export function useWaitingConversations(): ReadonlySet<string> {
  const { approvals } = useApprovals();
  return useMemo(() => new Set(approvals.map(({ conversationId }) => conversationId)), [approvals]);
}
