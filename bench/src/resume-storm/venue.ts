/** A server with a log, whose readers come back with what they have seen last. */
export interface StormVenue extends AsyncDisposable {
  port: number;
  path: string;
  /** What a reader says when it connects that has all but the newest `missed` events. */
  hellos(missed: number): Promise<string[]>;
  /** Appends so many events, and tells whoever is there. */
  append(count: number): Promise<void>;
  /** The seq of the newest event. */
  head(): number;
  /** Queries of history made so far. */
  historyQueries(): number;
}

export type StormKind = 'aura' | 'query per client';
