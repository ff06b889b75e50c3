import { type Cursor, parseCursor } from '@aura/contract';
import { followFeed } from '../feed/follow-feed.ts';
import type { FeedObserver } from '../feed/follow-feed.ts';
import { createStore, type ReadableStore } from '../store.ts';

/** The last that was heard of one subject (a conversation, an approval), and where in the user's log. */
export interface NewsItem<E> {
  event: E;
  cursor: Cursor;
}

export interface News<E> {
  /** By the subject's id. */
  items: ReadonlyMap<string, NewsItem<E>>;
  /** Goes up when events were missed or forgotten: lists must be read again. */
  resets: number;
}

export interface NewsFeed<E> extends ReadableStore<News<E>> {
  /** Listens, from `cursor` (that of a list's answer) or from an earlier one already in use; returns what ends it. */
  attach: (cursor: string) => () => void;
}

interface NewsSource<E> {
  subscribe: (lastEventId: string, observer: FeedObserver<E>) => { unsubscribe(): void };
  /** Whom an event is about: null for nobody these lists show, `reset` when what was loaded may be stale. */
  subjectOf: (event: E) => string | null | { reset: true };
}

/** More than this many changed subjects are cheaper to read again than to remember. */
const MAX_ITEMS = 500;

/** What happens to the subjects of lists, over one subscription for all lists on the page. */
export function createNewsFeed<E extends { type: string }>({
  subscribe,
  subjectOf,
}: NewsSource<E>): NewsFeed<E> {
  const store = createStore<News<E>>({ items: new Map(), resets: 0 });
  let start: string | null = null;
  let cursor = '';
  let users = 0;
  let following: AbortController | null = null;

  const listen = (from: string) => {
    following?.abort();
    following = new AbortController();
    cursor = from;
    void followFeed<News<E>, E>({
      source: {
        load: async () => ({ state: store.get(), cursor }),
        subscribe: (lastEventId, observer) =>
          subscribe(lastEventId, {
            ...observer,
            onData(item) {
              cursor = item.id;
              observer.onData(item);
            },
          }),
      },
      apply: (news, event) => applyNews(news, { event, id: cursor, subject: subjectOf(event) }),
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

/** The news after one more event, which came with the cursor `id`. */
export function applyNews<E>(
  news: News<E>,
  { event, id, subject }: { event: E; id: string; subject: ReturnType<NewsSource<E>['subjectOf']> },
): News<E> {
  if (subject === null) return news;
  const cursor = parseCursor(id);
  if (typeof subject !== 'string' || cursor === null || news.items.size >= MAX_ITEMS) {
    return { items: new Map(), resets: news.resets + 1 };
  }
  return { ...news, items: new Map(news.items).set(subject, { event, cursor }) };
}

/** The item if it tells of something after `read`; positions of different epochs say nothing about each other. */
export function newerThan<E>(read: Cursor | null, item: NewsItem<E> | undefined): NewsItem<E> | null {
  if (item === undefined || read === null) return null;
  return item.cursor.epoch === read.epoch && item.cursor.seq > read.seq ? item : null;
}

/** True when a list was read before the listening began, so that events between the two would be missed. */
function isBefore(from: string, start: string): boolean {
  const a = parseCursor(from);
  const b = parseCursor(start);
  return a !== null && b !== null && a.epoch === b.epoch && a.seq < b.seq;
}
