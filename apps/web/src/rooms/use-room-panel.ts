import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';

/** What stands beside the messages. */
export type RoomPanel =
  | { kind: 'thread'; messageId: string }
  | { kind: 'pins' }
  | { kind: 'members' }
  | { kind: 'search' }
  | null;

export interface RoomPlace {
  panel: RoomPanel;
  /** The message at this place in the log is to be shown. */
  seq: number | null;
  open: (panel: NonNullable<RoomPanel>) => void;
  close: () => void;
  /** `panel`: whether what stands beside the messages, or over them, stays. */
  jumpTo: (seq: number, options: { panel: 'stays' | 'closes' }) => void;
  /** The jump is over: the same one can be made again. */
  arrive: () => void;
}

/** Where in a room somebody is, in its address: a link to it leads there, and "back" closes what was opened. */
export function useRoomPanel(): RoomPlace {
  const [params, setParams] = useSearchParams();
  const panel = panelOf(params);
  const seq = Number(params.get('at') ?? '');
  const change = useCallback(
    (values: Record<string, string | null>, options: { replace: boolean }) =>
      setParams((old) => {
        const next = new URLSearchParams(old);
        for (const [key, value] of Object.entries(values)) {
          if (value === null) next.delete(key);
          else next.set(key, value);
        }
        return next;
      }, options),
    [setParams],
  );
  const actions = useMemo(
    () => ({
      open(wanted: NonNullable<RoomPanel>) {
        const thread = wanted.kind === 'thread' ? wanted.messageId : null;
        change({ thread, panel: thread === null ? wanted.kind : null }, { replace: false });
      },
      close: () => change({ thread: null, panel: null }, { replace: false }),
      jumpTo(wanted: number, { panel: end }: { panel: 'stays' | 'closes' }) {
        // One change of the address: a second one would not know of the first.
        const closing: Record<string, null> = end === 'closes' ? { thread: null, panel: null } : {};
        change({ at: String(wanted), ...closing }, { replace: false });
      },
      arrive: () => change({ at: null }, { replace: true }),
    }),
    [change],
  );
  return { panel, seq: Number.isInteger(seq) && seq > 0 ? seq : null, ...actions };
}

function panelOf(params: URLSearchParams): RoomPanel {
  const messageId = params.get('thread');
  if (messageId !== null) return { kind: 'thread', messageId };
  const kind = params.get('panel');
  return kind === 'pins' || kind === 'members' || kind === 'search' ? { kind } : null;
}
