import type { AccountFeedEvent, InboxFeedEvent } from '@aura/contract';
import type { AuraClient } from '../create-aura-client.ts';
import { createApprovalNews } from './approval-news.ts';
import { createConversationNews } from './conversation-news.ts';
import { createDecisions, type Decisions } from './decisions.ts';
import type { NewsFeed } from './news.ts';
import { createShare } from './share.ts';
import { createSharedConversation, type SharedConversation } from './shared-conversation.ts';
import { createSharedRun, type SharedRun } from './shared-run.ts';

/** What all views of one client share. */
export interface Lives {
  /** The one follower of a conversation, however many views show it. */
  conversation: (conversationId: string) => SharedConversation;
  /** The one follower of a run. */
  run: (runId: string) => SharedRun;
  /** The one subscription to the user's conversations, for one identity. */
  news: (identityKey: string) => NewsFeed<AccountFeedEvent>;
  /** The one subscription to what the user may decide, for one identity. */
  approvals: (identityKey: string) => NewsFeed<InboxFeedEvent>;
  /** What one identity is deciding. */
  decisions: (identityKey: string) => Decisions;
}

const lives = new WeakMap<AuraClient, Lives>();

export function livesOf(client: AuraClient): Lives {
  const existing = lives.get(client);
  if (existing !== undefined) return existing;
  const created: Lives = {
    conversation: createShare((conversationId) => createSharedConversation({ client, conversationId })),
    run: createShare((runId) => createSharedRun({ client, runId })),
    news: keepLatest(() => createConversationNews(client)),
    approvals: keepLatest(() => createApprovalNews(client)),
    decisions: keepLatest(() => createDecisions(client)),
  };
  lives.set(client, created);
  return created;
}

/** One `create()` for as long as the same identity acts; what another one had is forgotten. */
function keepLatest<T>(create: () => T): (identityKey: string) => T {
  let latest: { identityKey: string; value: T } | null = null;
  return (identityKey) => {
    if (latest?.identityKey !== identityKey) latest = { identityKey, value: create() };
    return latest.value;
  };
}
