import type { AccountEvent } from './account.ts';
import type { ConversationView } from './conversation.ts';

/**
 * What `account.events` yields. `reset` says that the cursor was of no use: what was loaded may be stale, so
 * load it again (a list is paged, so no snapshot of it would be whole).
 */
export type AccountFeedEvent = AccountEvent | { type: 'reset'; seq: number; data: Record<string, never> };

/** Pinned first, then the one that changed last. The order `conversation.list` answers in. */
export function compareConversations(a: ConversationView, b: ConversationView): number {
  if (a.isPinned !== b.isPinned) return a.isPinned ? -1 : 1;
  if (a.updatedAt !== b.updatedAt) return a.updatedAt > b.updatedAt ? -1 : 1;
  return a.id > b.id ? -1 : 1;
}

/** A list of conversations after one more event. `isArchived` says which of the two lists this is. */
export function applyToConversationList(
  list: readonly ConversationView[],
  event: AccountFeedEvent,
  { isArchived }: { isArchived: boolean },
): ConversationView[] {
  switch (event.type) {
    case 'reset':
    case 'approval_changed':
    case 'room_joined':
    case 'room_left':
    case 'room_read':
      return [...list];
    case 'conversation_removed':
      return list.filter((item) => item.id !== event.data.conversationId);
    case 'conversation_changed': {
      const { conversation } = event.data;
      const others = list.filter((item) => item.id !== conversation.id);
      return conversation.isArchived === isArchived
        ? [...others, conversation].toSorted(compareConversations)
        : others;
    }
  }
}
