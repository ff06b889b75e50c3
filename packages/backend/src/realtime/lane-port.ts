/** A socket as lanes see it. */
export interface LanePort {
  /** False when so much waits in the socket already that nothing more should be written ahead of its reader. */
  readonly hasRoom: boolean;
  /** Writes whole frames between those that tRPC writes; nothing happens when the socket is closing. */
  write(frames: Buffer): void;
}

/** What tells the answers of one subscription from those of others on its socket. */
export interface LaneRequest {
  id: number | string;
  jsonrpc?: '2.0' | undefined;
}
