import {
  type AccountFeedEvent,
  compareConversations,
  type ConversationView,
  type ListConversationsOutput,
  parseCursor,
} from '@aura/contract';
import type { ConversationNews } from './conversation-news.ts';
import { newerThan, type NewsItem } from './news.ts';

export interface ListFilter {
  isArchived: boolean;
  query: string;
}

/**
 * A list as its pages and the news since add up to: what is newer of the two wins, per conversation. A conversation
 * that the pages do not hold shows up if it belongs between what they hold; beyond the last page it is only loaded
 * with its page.
 */
export function mergeConversations(
  pages: readonly ListConversationsOutput[],
  news: ConversationNews,
  filter: ListFilter,
): ConversationView[] {
  const first = pages[0];
  if (first === undefined) return [];
  const views = new Map<string, ConversationView>();
  const add = ({ event }: NewsItem<AccountFeedEvent>) => {
    if (event.type !== 'conversation_changed') return;
    const view = event.data.conversation;
    if (belongs(view, filter)) views.set(view.id, view);
  };
  for (const page of pages) {
    const read = parseCursor(page.cursor);
    for (const view of page.conversations) {
      const latest = newerThan(read, news.items.get(view.id));
      if (latest === null) views.set(view.id, view);
      else add(latest);
    }
  }
  const last = pages.at(-1);
  const end = last?.nextPage === null ? undefined : last?.conversations.at(-1);
  const read = parseCursor(first.cursor);
  for (const [id, item] of news.items) {
    if (views.has(id) || newerThan(read, item) === null) continue;
    if (item.event.type !== 'conversation_changed') continue;
    if (end === undefined || compareConversations(item.event.data.conversation, end) < 0) add(item);
  }
  return [...views.values()].toSorted(compareConversations);
}

/** As the server decides it; used for news alone, since what a page holds the server has decided already. */
function belongs(view: ConversationView, { isArchived, query }: ListFilter): boolean {
  const title = view.title.toLowerCase();
  const words = query.toLowerCase().split(/\s+/);
  return view.isArchived === isArchived && words.every((word) => title.includes(word));
}
