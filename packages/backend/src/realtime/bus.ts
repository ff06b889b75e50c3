/**
 * Carries hints between nodes. A hint may be lost, repeated or late: nothing that must not be lost travels here.
 */
export interface Bus extends AsyncDisposable {
  /** Never throws and never waits; a message that cannot be sent now is dropped. */
  publish(channel: string, message: string): void;
  /** Resolves once messages published from now on arrive, or after the deadline of the adapter when the bus is down. */
  subscribe(channel: string, onMessage: (message: string) => void): Promise<BusSubscription>;
  /** Hints from other nodes do not arrive now, as far as this node knows. */
  readonly isDown: boolean;
  /** Called when hints may have been lost (a reconnect), so that readers look at the log at once. */
  onGap(listener: () => void): Disposable;
  /** Resolves when the bus works; rejects with the reason within a second when it does not. */
  check(): Promise<void>;
}

export interface BusSubscription {
  unsubscribe(): void;
}
