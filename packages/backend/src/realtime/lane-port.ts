/** A socket as lanes see it. */
export interface LanePort {
  /**
   * Writes whole frames between those that tRPC writes. False, and nothing is written, when the socket is closing or so
   * much waits in it already that nothing more should be written ahead of its reader.
   */
  write(frames: Buffer): boolean;
}

/** What tells the answers of one subscription from those of others on its socket. */
export interface LaneRequest {
  id: number | string;
  jsonrpc?: '2.0' | undefined;
}
