import { useMemo } from 'react';
import { livesOf } from '../live/lives.ts';
import type { ConversationActions, ConversationSnapshot } from '../live/shared-conversation.ts';
import { useAura } from './aura-provider.ts';
import { useStore } from './use-store.ts';

export interface LiveConversation extends ConversationSnapshot, ConversationActions {}

/**
 * A conversation, kept current while it is shown. All views of the same one share a subscription. The actions keep
 * their identity as long as the id does.
 */
export function useConversation(conversationId: string): LiveConversation {
  const client = useAura();
  const shared = useMemo(() => livesOf(client).conversation(conversationId), [client, conversationId]);
  const snapshot = useStore(shared);
  return useMemo(() => {
    const { send, retry, discard, stop, loadOlder } = shared;
    return { ...snapshot, send, retry, discard, stop, loadOlder };
  }, [shared, snapshot]);
}
