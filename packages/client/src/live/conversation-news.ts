import { type AccountEvent, type AccountFeedEvent, type Cursor, parseCursor } from '@aura/contract';
import type { AuraClient } from '../create-aura-client.ts';
import { followFeed } from '../feed/follow-feed.ts';
import { createStore, type ReadableStore } from '../store.ts';

/** The last that was heard of one conversation, and where in the user's log. */
export interface NewsItem {
  event: AccountEvent;
  cursor: Cursor;
}

export interface News {
  /** By conversation id. */
  items: ReadonlyMap<string, NewsItem>;
  /** Goes up when events were missed or forgotten: lists must be read again. */
  resets: number;
}

export interface ConversationNews extends ReadableStore<News> {
  /** Listens, from `cursor` (that of a list's answer) or from an earlier one already in use; returns what ends it. */
  attach: (cursor: string) => () => void;
}

/** More than this many changed conversations are cheaper to read again than to remember. */
const MAX_ITEMS = 500;

/** What happens to the user's conversations, over one subscription for all lists on the page. */
export function createConversationNews(client: AuraClient): ConversationNews {
  const store = createStore<News>({ items: new Map(), resets: 0 });
  let start: string | null = null;
  let cursor = '';
  let users = 0;
  let following: AbortController | null = null;

  const listen = (from: string) => {
    following?.abort();
    following = new AbortController();
    cursor = from;
    void followFeed<News, AccountFeedEvent>({
      source: {
        load: async () => ({ state: store.get(), cursor }),
        subscribe: (lastEventId, observer) =>
          client.account.events.subscribe(
            { lastEventId },
            {
              ...observer,
              onData(item) {
                cursor = item.id;
                observer.onData(item);
              },
            },
          ),
      },
      apply: (news, event) => applyNews(news, event, cursor),
      isOver: () => false,
      onState: store.set,
      signal: following.signal,
    });
  };
  return {
    get: store.get,
    subscribe: store.subscribe,
    attach(from) {
      users += 1;
      if (start === null || isBefore(from, start)) {
        start = from;
        listen(from);
      } else if (following === null) {
        listen(cursor);
      }
      return () => {
        users -= 1;
        if (users > 0) return;
        following?.abort();
        following = null;
      };
    },
  };
}

/** The news after one more event, which came with `id`. */
export function applyNews(news: News, event: AccountFeedEvent, id: string): News {
  const cursor = parseCursor(id);
  if (event.type === 'reset' || cursor === null || news.items.size >= MAX_ITEMS) {
    return { items: new Map(), resets: news.resets + 1 };
  }
  const conversationId =
    event.type === 'conversation_changed' ? event.data.conversation.id : event.data.conversationId;
  return { ...news, items: new Map(news.items).set(conversationId, { event, cursor }) };
}

/** True when a list was read before the listening began, so that events between the two would be missed. */
function isBefore(from: string, start: string): boolean {
  const a = parseCursor(from);
  const b = parseCursor(start);
  return a !== null && b !== null && a.epoch === b.epoch && a.seq < b.seq;
}
