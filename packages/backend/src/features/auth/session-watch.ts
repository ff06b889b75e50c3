/** Knows which sessions ended while access tokens of theirs may still be out. */
export interface SessionWatch extends AsyncDisposable {
  isRevoked(sessionId: string): boolean;
  /** Calls `listener` once for every session whose end is learnt here. */
  onRevoked(listener: (sessionId: string) => void): Disposable;
  /** Tells this node and the others. Call after the commit that revoked them. */
  announce(sessionIds: readonly string[]): void;
}
