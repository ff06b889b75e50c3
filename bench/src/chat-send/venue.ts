/** One way of writing to many: a server with a room, people who write in it and people who read it. */
export interface ChatVenue extends AsyncDisposable {
  port: number;
  /** What the server's other processes need to be another node of the same. */
  shared: Shared;
  /** What a client asks for when it connects. */
  path: string;
  /** What each of those who read says when it connects. */
  readers: string[][];
  /** What each of those who write says when it connects. */
  writers: string[][];
  /** Messages kept so far. */
  stored(): Promise<number>;
}

export interface Shared {
  roomId: string;
  secret: string;
}

export interface ChatVenueOptions {
  databaseUrl: string;
  /** Null: a single node. */
  redisUrl: string | null;
  readers: number;
  writers: number;
  /** Given to every node but the first. */
  shared: Shared | null;
}

export type ChatKind = 'socket.io' | 'aura';
