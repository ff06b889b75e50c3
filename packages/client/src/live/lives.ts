import type { AccountFeedEvent, ApprovalInboxEvent } from '@aura/contract';
import type { AuraClient } from '../create-aura-client.ts';
import { createApprovalNews } from './approval-news.ts';
import { createConversationNews } from './conversation-news.ts';
import { createDecisions, type Decisions } from './decisions.ts';
import type { NewsFeed } from './news.ts';
import { createShare } from './share.ts';
import { createSharedConversation, type SharedConversation } from './shared-conversation.ts';
import { createSharedInbox, type SharedInbox } from './shared-inbox.ts';
import { createSharedPresence, type SharedPresence } from './shared-presence.ts';
import { createSharedRoom, type SharedRoom } from './shared-room.ts';
import { createSharedThread, type SharedThread } from './shared-thread.ts';
import { createSharedRun, type SharedRun } from './shared-run.ts';

/** What all views of one client share. */
export interface Lives {
  /** The one follower of a conversation, however many views show it. */
  conversation: (conversationId: string) => SharedConversation;
  /** The one follower of a run. */
  run: (runId: string) => SharedRun;
  /** The one follower of a room. */
  room: (roomId: string) => SharedRoom;
  /** Who is in a room right now. */
  presence: (roomId: string) => SharedPresence;
  /** The replies to one message. */
  thread: (roomId: string, messageId: string) => SharedThread;
  /** The list of the user's rooms. */
  inbox: () => SharedInbox;
  /** The one subscription to the user's conversations, for one identity. */
  news: (identityKey: string) => NewsFeed<AccountFeedEvent>;
  /** The one subscription to what the user may decide, for one identity. */
  approvals: (identityKey: string) => NewsFeed<ApprovalInboxEvent>;
  /** What one identity is deciding. */
  decisions: (identityKey: string) => Decisions;
}

const lives = new WeakMap<AuraClient, Lives>();

export function livesOf(client: AuraClient): Lives {
  const existing = lives.get(client);
  if (existing !== undefined) return existing;
  const room = createShare((roomId) => createSharedRoom({ client, roomId }));
  const thread = createShare((key) => {
    const [roomId = '', messageId = ''] = key.split(' ');
    return createSharedThread({ client, room: room(roomId), roomId, messageId });
  });
  const inbox = createShare(() => createSharedInbox(client));
  const created: Lives = {
    room,
    presence: createShare((roomId) => createSharedPresence({ client, roomId })),
    thread: (roomId, messageId) => thread(`${roomId} ${messageId}`),
    inbox: () => inbox(''),
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
