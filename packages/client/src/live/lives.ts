import type { AuraClient } from '../create-aura-client.ts';
import { type ConversationNews, createConversationNews } from './conversation-news.ts';
import { createShare } from './share.ts';
import { createSharedConversation, type SharedConversation } from './shared-conversation.ts';

/** What all views of one client share. */
export interface Lives {
  /** The one follower of a conversation, however many views show it. */
  conversation: (conversationId: string) => SharedConversation;
  /** The one subscription to the user's conversations, for one identity. */
  news: (identityKey: string) => ConversationNews;
}

const lives = new WeakMap<AuraClient, Lives>();

export function livesOf(client: AuraClient): Lives {
  const existing = lives.get(client);
  if (existing !== undefined) return existing;
  let latest: { identityKey: string; news: ConversationNews } | null = null;
  const created: Lives = {
    conversation: createShare((conversationId) => createSharedConversation({ client, conversationId })),
    news(identityKey) {
      if (latest?.identityKey !== identityKey) latest = { identityKey, news: createConversationNews(client) };
      return latest.news;
    },
  };
  lives.set(client, created);
  return created;
}
