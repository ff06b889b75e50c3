import type { AccountFeedEvent } from '@aura/contract';
import type { AuraClient } from '../create-aura-client.ts';
import { createNewsFeed, type News, type NewsFeed } from './news.ts';

export type ConversationNews = News<AccountFeedEvent>;

/** What happens to the user's conversations, by conversation id. */
export function createConversationNews(client: AuraClient): NewsFeed<AccountFeedEvent> {
  return createNewsFeed<AccountFeedEvent>({
    subscribe: (lastEventId, observer) => client.account.events.subscribe({ lastEventId }, observer),
    subjectOf: conversationIdOf,
  });
}

/** The conversation that an event of the account is about. */
export function conversationIdOf(event: AccountFeedEvent): string | null | { reset: true } {
  switch (event.type) {
    case 'conversation_changed':
      return event.data.conversation.id;
    case 'conversation_removed':
      return event.data.conversationId;
    case 'approval_changed':
    case 'room_joined':
    case 'room_left':
    case 'room_read':
      return null;
    case 'reset':
      return { reset: true };
  }
}
