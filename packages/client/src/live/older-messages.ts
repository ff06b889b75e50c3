/** Anything that has its place in a log. */
interface Placed {
  seq: number;
}
/** A state that begins somewhere in a list of messages. */
interface Windowed<M> {
  messages: M[];
  hasOlderMessages: boolean;
}

/** Messages from before the snapshot, as far as they were asked for. */
export interface OlderMessages<M> {
  messages: readonly M[];
  /** Null until the first page: then the snapshot knows. */
  hasMore: boolean | null;
}

export const NO_OLDER: OlderMessages<never> = { messages: [], hasMore: null };

/** The state with older messages in front. Keeps its identity while there are none. */
export function withOlder<S extends Windowed<unknown>>(
  state: S,
  older: OlderMessages<S['messages'][number]>,
): S {
  if (older.hasMore === null) return state;
  return {
    ...state,
    messages: [...older.messages, ...state.messages],
    hasOlderMessages: older.hasMore,
  };
}

/** One more page in front. */
export function prependPage<M>(
  older: OlderMessages<M>,
  page: { messages: readonly M[]; hasMore: boolean },
): OlderMessages<M> {
  return { messages: [...page.messages, ...older.messages], hasMore: page.hasMore };
}

/**
 * What may stay in front of `next`, a snapshot that replaces `previous`. A newer snapshot begins later: what it no
 * longer holds moves to the older ones if the two overlap. If they do not, messages between them are unknown, and
 * the older ones go rather than hide a gap.
 */
export function olderAfterReset<M extends Placed>(
  older: OlderMessages<M>,
  previous: Windowed<M>,
  next: Windowed<M>,
): OlderMessages<M> {
  const begin = next.messages[0]?.seq;
  if (older.hasMore === null || begin === undefined) return NO_OLDER;
  const known = [...older.messages, ...previous.messages];
  const overlaps = known.some(({ seq }) => seq === begin);
  return overlaps ? { messages: known.filter(({ seq }) => seq < begin), hasMore: older.hasMore } : NO_OLDER;
}
