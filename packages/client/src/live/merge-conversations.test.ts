import type { AccountFeedEvent, ConversationView, ListConversationsOutput } from '@aura/contract';
import { expect, test } from 'vitest';
import { conversationIdOf, type ConversationNews } from './conversation-news.ts';
import { mergeConversations } from './merge-conversations.ts';
import { applyNews } from './news.ts';

const at = (seq: number, epoch = '00000000') => `v1.${epoch}.${seq}`;
const view = (id: string, minute: number, more: Partial<ConversationView> = {}): ConversationView => ({
  id,
  title: id,
  model: 'm',
  isPinned: false,
  isArchived: false,
  activeRunId: null,
  whenBusy: 'reject',
  whenWaiting: 'reject',
  forkedFrom: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: `2026-01-01T00:${String(minute).padStart(2, '0')}:00.000Z`,
  ...more,
});
const page = (
  seq: number,
  conversations: ConversationView[],
  nextPage: string | null = null,
): ListConversationsOutput => ({ conversations, nextPage, cursor: at(seq) });
const none: ConversationNews = { items: new Map(), resets: 0 };
const told = (news: ConversationNews, event: AccountFeedEvent, id: string) =>
  applyNews(news, { event, id, subject: conversationIdOf(event) });
const changed = (news: ConversationNews, seq: number, conversation: ConversationView) =>
  told(
    news,
    { type: 'conversation_changed', seq, at: conversation.updatedAt, runId: null, data: { conversation } },
    at(seq),
  );
const removed = (news: ConversationNews, seq: number, conversationId: string) =>
  told(news, { type: 'conversation_removed', seq, at: '', runId: null, data: { conversationId } }, at(seq));
const all = { isArchived: false, query: '' };
const ids = (views: ConversationView[]) => views.map(({ id }) => id);

test('news after a page win over it; news from before it do not', () => {
  const pages = [page(5, [view('a', 10, { title: 'new' })])];
  const older = changed(none, 4, view('a', 9, { title: 'old' }));
  expect(mergeConversations(pages, older, all)[0]?.title).toBe('new');
  const newer = changed(none, 6, view('a', 11, { title: 'newer' }));
  expect(mergeConversations(pages, newer, all)[0]?.title).toBe('newer');
});

test('shows what is new, hides what went, and keeps the order', () => {
  const pages = [page(5, [view('b', 20), view('a', 10)])];
  let news = changed(none, 6, view('c', 30));
  news = changed(news, 7, view('a', 31, { isPinned: true }));
  news = removed(news, 8, 'b');
  expect(ids(mergeConversations(pages, news, all))).toEqual(['a', 'c']);
});

test('an archived conversation moves from one list to the other', () => {
  const news = changed(none, 6, view('a', 11, { isArchived: true }));
  expect(ids(mergeConversations([page(5, [view('a', 10)])], news, all))).toEqual([]);
  expect(ids(mergeConversations([page(5, [])], news, { isArchived: true, query: '' }))).toEqual(['a']);
});

test('what belongs beyond the last page waits for its page', () => {
  const pages = [page(5, [view('b', 20)], 'more')];
  const news = changed(none, 6, view('a', 10));
  expect(ids(mergeConversations(pages, news, all))).toEqual(['b']);
  expect(ids(mergeConversations([...pages, page(6, [view('a', 10)])], news, all))).toEqual(['b', 'a']);
});

test('a search takes in what is renamed to match, and trusts the server on what it found', () => {
  const filter = { isArchived: false, query: 'Tea pot' };
  const pages = [page(5, [view('found', 10, { title: 'matched by the server alone' })])];
  const news = changed(none, 6, view('x', 11, { title: 'a POT of tea' }));
  expect(ids(mergeConversations(pages, changed(news, 7, view('y', 12, { title: 'tea' })), filter))).toEqual([
    'x',
    'found',
  ]);
});

test('a reset asks for the lists to be read again', () => {
  const news = told(changed(none, 6, view('a', 1)), { type: 'reset', seq: 3, data: {} }, at(3, 'ffffffff'));
  expect(news).toEqual({ items: new Map(), resets: 1 });
});
