import { applyThreadEvent, parseCursor, type RoomEvent, type ThreadState } from '@aura/contract';

interface ThreadWindowOptions {
  read: () => Promise<{ state: ThreadState; cursor: string }>;
  onChange: () => void;
  onFailed: (err: unknown) => void;
}

/** The newest part of a thread. */
export interface ThreadWindow {
  /** Null until it was read. */
  get: () => ThreadState | null;
  isLoading: () => boolean;
  /** Reads it. Resolves when it is there, or failed. */
  load: () => Promise<void>;
  apply: (event: RoomEvent) => void;
  /** Forgets it; what is on its way comes to nothing. */
  clear: () => void;
}

/**
 * A thread as it was read at one moment, kept current by the events of its room. That moment may be ahead of what the room
 * has told so far, or behind it: what is told from the question on is kept, and of it counts what comes after the moment.
 */
export function createThreadWindow({ read, onChange, onFailed }: ThreadWindowOptions): ThreadWindow {
  let known: { state: ThreadState; seq: number } | null = null;
  let loading: { events: RoomEvent[] } | null = null;

  const apply = (event: RoomEvent) => {
    if (known === null || event.seq <= known.seq) return;
    known = { state: applyThreadEvent(known.state, event), seq: event.seq };
  };
  return {
    get: () => known?.state ?? null,
    isLoading: () => loading !== null,
    async load() {
      const own: { events: RoomEvent[] } = { events: [] };
      loading = own;
      onChange();
      try {
        const { state, cursor } = await read();
        if (loading !== own) return;
        known = { state, seq: parseCursor(cursor)?.seq ?? 0 };
        for (const event of own.events) apply(event);
      } catch (err) {
        if (loading === own) onFailed(err);
      } finally {
        if (loading === own) {
          loading = null;
          onChange();
        }
      }
    },
    apply(event) {
      loading?.events.push(event);
      apply(event);
    },
    clear() {
      known = null;
      loading = null;
    },
  };
}
