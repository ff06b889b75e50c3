import type { ListRoomMessagesOutput, RoomEvent, RoomMessageView } from '@aura/contract';
import type { OlderMessages } from './older-messages.ts';

interface MessagePagesOptions {
  read: (place: { before: number | undefined; limit: number }) => Promise<ListRoomMessagesOutput>;
  /** What an event does to the messages that were read. */
  apply: (messages: RoomMessageView[], event: RoomEvent) => RoomMessageView[];
  onChange: () => void;
  onFailed: (err: unknown) => void;
}

export interface MessagePages {
  get: () => OlderMessages<RoomMessageView>;
  isLoading: () => boolean;
  /** Reads the page before the message at `before`, or the newest one. Resolves when it is there, or failed. */
  load: (page: { before: number | undefined; limit?: number }) => Promise<void>;
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
 * Messages that are read page by page and kept current by events. A page is of a moment somewhere between its question
 * and its answer, so every event since the question is applied to it: doing that twice changes nothing.
 */
export function createMessagePages(options: MessagePagesOptions): MessagePages {
  const { read, apply, onChange, onFailed } = options;
  let pages = NO_PAGES;
  let loading: Loading | null = null;

  async function readPage(own: Loading, place: { before: number | undefined; limit: number }): Promise<void> {
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
      // Before the first page there is no list to which something could be added.
      if (pages.hasMore === null) return;
      const messages = apply(pages.messages, event);
      if (messages !== pages.messages) pages = { ...pages, messages };
    },
    clear() {
      pages = NO_PAGES;
      loading = null;
    },
  };
}
