import type { ConversationView } from '@aura/contract';
import { expect, test } from 'vitest';
import { groupConversations } from './group-conversations.ts';

const NOW = new Date(2026, 2, 10, 0, 30).getTime();

function conversation(id: string, updatedAt: Date, isPinned = false): ConversationView {
  return {
    id,
    title: id,
    model: 'm',
    isPinned,
    isArchived: false,
    activeRunId: null,
    whenBusy: 'reject',
    whenWaiting: 'reject',
    forkedFrom: null,
    createdAt: updatedAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

test('puts each conversation under the calendar day it changed on and keeps the order', () => {
  const list = [
    conversation('pinned', new Date(2025, 0, 1), true),
    conversation('just now', new Date(2026, 2, 10, 0, 29)),
    conversation('an hour ago, before midnight', new Date(2026, 2, 9, 23, 30)),
    conversation('a week ago', new Date(2026, 2, 3, 12)),
    conversation('eight days ago', new Date(2026, 2, 2, 12)),
  ];
  const groups = groupConversations(list, NOW).map(({ name, conversations }) => [
    name,
    ...conversations.map(({ id }) => id),
  ]);
  expect(groups).toEqual([
    ['pinned', 'pinned'],
    ['today', 'just now'],
    ['yesterday', 'an hour ago, before midnight'],
    ['thisWeek', 'a week ago'],
    ['older', 'eight days ago'],
  ]);
});

test('counts a change in the near future, from a clock that is ahead, as today', () => {
  const list = [conversation('ahead', new Date(2026, 2, 11, 0, 10))];
  expect(groupConversations(list, NOW)[0]?.name).toBe('today');
});
