import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';

/** What stands beside the messages. */
export type RoomPanel =
  /** `replySeq`: the reply at this place in the log is to be shown. */
  | { kind: 'thread'; messageId: string; replySeq?: number }
  | { kind: 'pins' }
  | { kind: 'members' }
  /** `words`: what is looked for. */
  | { kind: 'search'; words: string }
  | null;

export interface RoomPlace {
  panel: RoomPanel;
  /** The message of the room's own at this place in the log is to be shown. */
  seq: number | null;
  /** Whatever this run does is to be shown. */
  runId: string | null;
  open: (panel: NonNullable<RoomPanel>) => void;
  /** What is looked for now, so that "back" leads to what was found. */
  keepWords: (words: string) => void;
  close: () => void;
  /** `panel`: whether what stands beside the messages, or over them, stays. */
  jumpTo: (seq: number, options: { panel: 'stays' | 'closes' }) => void;
  /** The jump is over: the same one can be made again. */
  arrive: () => void;
  arriveInThread: () => void;
  /** `threadOf`: whose thread the run stands in. */
  arriveAtRun: (threadOf: string | undefined) => void;
}

const NO_PANEL = { panel: null, words: null, thread: null, reply: null };

/** Where in a room somebody is, in its address: a link to it leads there, and "back" closes what was opened. */
export function useRoomPanel(): RoomPlace {
  const [params, setParams] = useSearchParams();
  const panel = panelOf(params);
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
        const values =
          wanted.kind === 'thread'
            ? { ...NO_PANEL, thread: wanted.messageId, reply: wanted.replySeq?.toString() ?? null }
            : { ...NO_PANEL, panel: wanted.kind };
        change(values, { replace: false });
      },
      keepWords: (words: string) => change({ words: words === '' ? null : words }, { replace: true }),
      close: () => change(NO_PANEL, { replace: false }),
      jumpTo(wanted: number, { panel: end }: { panel: 'stays' | 'closes' }) {
        // One change of the address: a second one would not know of the first.
        const closing: Record<string, null> = end === 'closes' ? NO_PANEL : {};
        change({ at: String(wanted), ...closing }, { replace: false });
      },
      arrive: () => change({ at: null }, { replace: true }),
      arriveInThread: () => change({ reply: null }, { replace: true }),
      arriveAtRun(threadOf: string | undefined) {
        const values = threadOf === undefined ? {} : { ...NO_PANEL, thread: threadOf };
        change({ run: null, ...values }, { replace: true });
      },
    }),
    [change],
  );
  return { panel, seq: placeIn(params, 'at'), runId: params.get('run'), ...actions };
}

function placeIn(params: URLSearchParams, name: 'at' | 'reply'): number | null {
  const seq = Number(params.get(name) ?? '');
  return Number.isInteger(seq) && seq > 0 ? seq : null;
}

function panelOf(params: URLSearchParams): RoomPanel {
  const messageId = params.get('thread');
  if (messageId !== null) {
    const replySeq = placeIn(params, 'reply');
    return { kind: 'thread', messageId, ...(replySeq === null ? {} : { replySeq }) };
  }
  const kind = params.get('panel');
  if (kind === 'search') return { kind, words: params.get('words') ?? '' };
  return kind === 'pins' || kind === 'members' ? { kind } : null;
}
