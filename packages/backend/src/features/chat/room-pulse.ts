import { LIMITS, type RoomEvent, type RoomInboxEvent, type RoomNews } from '@aura/contract';
import { PREVIEW_CHARS } from './room-list-store.ts';

export type RoomActivity = Extract<RoomInboxEvent, { type: 'room_activity' }>;

/** What happened in a room since the last time its readers' lists were told. */
export interface RoomPulse {
  activity: RoomActivity;
  /** For whom that is not enough to put a list right: they need the room as it is stored. */
  stale: 'everybody' | ReadonlySet<string>;
}

/** Gathers a room's events; all that a list shows must come of them, or be called stale. */
export interface PulseGatherer {
  add(event: RoomEvent): void;
  /** What was gathered since; null when nothing was. */
  take(): RoomPulse | null;
}

export function createPulseGatherer(roomId: string): PulseGatherer {
  let headSeq = 0;
  let lastMessage: RoomActivity['data']['lastMessage'] = null;
  let news: RoomNews[] = [];
  let isStale = false;
  let staleFor = new Set<string>();
  return {
    add(event) {
      headSeq = event.seq;
      switch (event.type) {
        case 'message_posted': {
          const { id, authorId, authorName, text, threadOf, mentions } = event.data.message;
          const { seq, at } = event;
          if (threadOf === null) lastMessage = { id, seq, authorId, authorName, text: preview(text), at };
          // The count stops at the limit, so the room is read anew instead.
          if (news.length === LIMITS.unreadMax) isStale = true;
          else news.push({ seq, authorId, isReply: threadOf !== null, mentions });
          return;
        }
        case 'member_updated':
          staleFor.add(event.data.member.userId);
          return;
        case 'room_created':
        case 'room_updated':
        case 'member_joined':
        case 'member_left':
        case 'message_edited':
        case 'message_deleted':
          isStale = true;
          return;
        case 'content':
          // One in a thread mentions nobody, so it counts for nobody.
          if (event.data.thread === undefined) isStale = true;
          return;
        case 'reaction_added':
        case 'reaction_removed':
        case 'message_pinned':
        case 'message_unpinned':
        case 'run_created':
        case 'run_started':
        case 'thought':
        case 'plan_step':
        case 'plan_step_update':
        case 'tool_execution':
        case 'hitl':
        case 'hitl_resolved':
        case 'run_waiting':
        case 'content_delta':
        case 'timeline_step_update':
        case 'error':
        case 'done':
      }
    },
    take() {
      if (headSeq === 0) return null;
      const pulse: RoomPulse = {
        activity: { type: 'room_activity', data: { roomId, headSeq, lastMessage, news } },
        stale: isStale ? 'everybody' : staleFor,
      };
      headSeq = 0;
      lastMessage = null;
      news = [];
      isStale = false;
      staleFor = new Set();
      return pulse;
    },
  };
}

/** As the database cuts it: by characters, not by halves of them. */
function preview(text: string): string {
  return Array.from(text.slice(0, 2 * PREVIEW_CHARS))
    .slice(0, PREVIEW_CHARS)
    .join('');
}
