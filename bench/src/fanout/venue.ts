/** One way of telling many sockets the same, as the measurement sees it. */
export interface Venue extends AsyncDisposable {
  port: number;
  /** What a client asks for when it connects. */
  path: string;
  /** What a client says that connects now. */
  hellos(): Promise<readonly string[]>;
  /** Tells everybody of so many events at once, numbered on from the last; resolves when it has done so. */
  publish(count: number, text?: string): Promise<void>;
  /** Readers that are written to; not those that fell behind and are waited for. */
  readerCount(): number;
}

export interface VenueOptions {
  databaseUrl: string;
  /** Events in the stream's log before anybody subscribes, for those that have one. */
  logged: number;
}
