import {
  applyToRoomMessages,
  type ListRoomMessagesOutput,
  type RoomEvent,
  type RoomMessageView,
} from '@aura/contract';
import type { OlderMessages } from './older-messages.ts';

interface MessagePagesOptions {
  read: (place: { before: number; limit: number }) => Promise<ListRoomMessagesOutput>;
  /** The thread that the messages are replies in; null: they are the room's own. */
  threadOf: string | null;
  onChange: () => void;
  onFailed: (err: unknown) => void;
}

export interface MessagePages {
  get: () => OlderMessages<RoomMessageView>;
  isLoading: () => boolean;
  /** Reads the page before the message at `before`. Resolves when it is there, or failed. */
  load: (page: { before: number; limit?: number }) => Promise<void>;
  apply: (event: RoomEvent) => void;
  /** Forgets everything; a page that is on its way comes to nothing. */
  clear: () => void;
}

interface Loading {
  events: RoomEvent[];
  done: Promise<void>;
}

const PAGE_MESSAGES = 50;
const NO_PAGES: { messages: RoomMessageView[]; hasMore: boolean | null } = { messages: [], hasMore: null };

/**
 * Messages from before a snapshot, read page by page and kept current by events, which add none there. A page is of a moment somewhere between its question
 * and its answer, so every event since the question is applied to it: doing that twice changes nothing.
 */
export function createMessagePages(options: MessagePagesOptions): MessagePages {
  const { read, threadOf, onChange, onFailed } = options;
  let pages = NO_PAGES;
  let loading: Loading | null = null;

  const apply = (messages: RoomMessageView[], event: RoomEvent): RoomMessageView[] => {
    const changed = applyToRoomMessages(messages, event, { threadOf });
    return changed.length > messages.length ? messages : changed;
  };

  async function readPage(own: Loading, place: { before: number; limit: number }): Promise<void> {
    try {
      const { messages, hasOlder } = await read(place);
      if (loading !== own) return;
      const page = own.events.reduce(apply, messages);
      pages = { messages: [...page, ...pages.messages], hasMore: hasOlder };
    } catch (err) {
      if (loading === own) onFailed(err);
    } finally {
      if (loading === own) {
        loading = null;
        onChange();
      }
    }
  }

  return {
    get: () => pages,
    isLoading: () => loading !== null,
    async load({ before, limit = PAGE_MESSAGES }) {
      if (loading === null) {
        const own: Loading = { events: [], done: Promise.resolve() };
        loading = own;
        own.done = readPage(own, { before, limit });
        onChange();
      }
      await loading.done;
    },
    apply(event) {
      loading?.events.push(event);
      const messages = apply(pages.messages, event);
      if (messages !== pages.messages) pages = { ...pages, messages };
    },
    clear() {
      pages = NO_PAGES;
      loading = null;
    },
  };
}
