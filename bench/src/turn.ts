/** Milliseconds from the request for a turn until its client had … */
export interface TurnTimes {
  /** … the first event of any kind. */
  firstMs: number;
  /** … an event that only a worker that has begun can have sent. */
  startedMs: number;
  /** … the whole answer. */
  answerMs: number;
  /** … heard that the turn is over. */
  finishedMs: number;
}

/** One turn of an agent, ready to go: called once. Rejects when it does not end well. */
export type Turn = () => Promise<TurnTimes>;

/** A way to make turns on a running server. */
export interface Contestant {
  name: string;
  /** Turns that may be prepared at once: each may hold a subscription, of which a connection takes only so many. */
  maxPrepared: number;
  /** Makes the conversations and connections that exist before the clock starts. */
  prepare(count: number): Promise<Turn[]>;
  /** CPU time so far of the server, and of the database if it has one. */
  serverCpuMs(): number | null;
  databaseCpuMs(): number | null;
  /** How long the server has had to wait for its core so far. */
  serverWaitedMs(): number | null;
}
