import type { ConversationView } from '@aura/contract';

export type GroupName = 'pinned' | 'today' | 'yesterday' | 'thisWeek' | 'older';
export interface ConversationGroup {
  name: GroupName;
  conversations: ConversationView[];
}

/** The list, in its own order, under headings by when each last changed, as the reader's calendar counts days. */
export function groupConversations(list: readonly ConversationView[], now: number): ConversationGroup[] {
  const groups: ConversationGroup[] = [];
  for (const conversation of list) {
    const name = groupOf(conversation, now);
    const last = groups.at(-1);
    if (last?.name === name) last.conversations.push(conversation);
    else groups.push({ name, conversations: [conversation] });
  }
  return groups;
}

function groupOf(conversation: ConversationView, now: number): GroupName {
  if (conversation.isPinned) return 'pinned';
  const days = calendarDays(Date.parse(conversation.updatedAt), now);
  if (days <= 0) return 'today';
  if (days === 1) return 'yesterday';
  return days <= 7 ? 'thisWeek' : 'older';
}

/** Midnights between two moments. Rounded, as a day with a clock change has 23 or 25 hours. */
function calendarDays(from: number, to: number): number {
  const midnight = (time: number) => new Date(time).setHours(0, 0, 0, 0);
  return Math.round((midnight(to) - midnight(from)) / 86_400_000);
}
