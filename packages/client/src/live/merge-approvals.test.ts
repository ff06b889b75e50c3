import type { ApprovalInboxEvent, ApprovalView, ListApprovalsOutput } from '@aura/contract';
import { expect, test } from 'vitest';
import { approvalIdOf, type ApprovalNews } from './approval-news.ts';
import { mergeApprovals } from './merge-approvals.ts';
import { applyNews } from './news.ts';

const at = (seq: number, epoch = '00000000') => `v1.${epoch}.${seq}`;
const ask = (id: string, minute: number, more: Partial<ApprovalView> = {}): ApprovalView => ({
  id,
  kind: 'tool',
  conversationId: 'c',
  runId: 'r',
  userId: 'u',
  toolCallId: 't',
  toolName: 'http_send',
  toolVersion: '1',
  risk: 'external',
  title: id,
  args: {},
  argsHash: 'hash',
  question: null,
  allowed: ['approve', 'reject'],
  approvers: { kind: 'owner' },
  status: 'pending',
  createdAt: '2026-01-01T00:00:00.000Z',
  expiresAt: `2026-01-01T00:${String(minute).padStart(2, '0')}:00.000Z`,
  decidedAt: null,
  decidedBy: null,
  reason: null,
  editedArgs: null,
  answer: null,
  ...more,
});
const page = (
  seq: number,
  approvals: ApprovalView[],
  nextPage: string | null = null,
): ListApprovalsOutput => ({ approvals, nextPage, cursor: at(seq) });
const none: ApprovalNews = { items: new Map(), resets: 0 };
const told = (news: ApprovalNews, event: ApprovalInboxEvent, id: string) =>
  applyNews(news, { event, id, subject: approvalIdOf(event) });
const changed = (news: ApprovalNews, seq: number, approval: ApprovalView, mayDecide = true) =>
  told(news, { type: 'approval_changed', seq, at: '', runId: null, data: { approval, mayDecide } }, at(seq));
const ids = (views: readonly ApprovalView[]) => views.map(({ id }) => id);
const approved = { status: 'approved', decidedAt: '2026-01-01T00:00:01.000Z', decidedBy: 'u' } as const;

test('shows what is newly asked, in the order of its end, and not what somebody else must decide', () => {
  let news = changed(none, 6, ask('c', 30));
  news = changed(news, 7, ask('a', 5));
  news = changed(news, 8, ask('not mine', 1), false);
  const { pending } = mergeApprovals([page(5, [ask('b', 20)])], news);
  expect(ids(pending)).toEqual(['a', 'b', 'c']);
});

test('what was decided moves from pending to closed, whoever decided', () => {
  const news = changed(none, 6, ask('a', 5, approved));
  const { pending, closed } = mergeApprovals([page(5, [ask('a', 5), ask('b', 20)])], news);
  expect(ids(pending)).toEqual(['b']);
  expect(closed).toMatchObject([{ id: 'a', status: 'approved', decidedBy: 'u' }]);
});

test('what was handed on to others goes without a trace, and comes back when it is handed back', () => {
  const pages = [page(5, [ask('a', 5)])];
  const away = changed(none, 6, ask('a', 5), false);
  expect(mergeApprovals(pages, away)).toEqual({ pending: [], closed: [] });
  expect(ids(mergeApprovals(pages, changed(away, 7, ask('a', 5))).pending)).toEqual(['a']);
});

test('news from before a page say nothing about it', () => {
  const news = changed(none, 4, ask('a', 5, approved));
  expect(ids(mergeApprovals([page(5, [ask('a', 5)])], news).pending)).toEqual(['a']);
});

test('what ends after the last page comes with its page', () => {
  const pages = [page(5, [ask('a', 5)], 'more')];
  const news = changed(none, 6, ask('z', 50));
  expect(ids(mergeApprovals(pages, news).pending)).toEqual(['a']);
  expect(ids(mergeApprovals([...pages, page(7, [ask('z', 50)])], news).pending)).toEqual(['a', 'z']);
});

test('a reset asks for the list to be read again', () => {
  const news = told(changed(none, 6, ask('a', 1)), { type: 'reset', seq: 3, data: {} }, at(3, 'ffffffff'));
  expect(news).toEqual({ items: new Map(), resets: 1 });
});
