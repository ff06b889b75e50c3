import { type AuraError, toAuraError } from './aura-error.ts';

/**
 * The live connection. `idle`: nobody follows anything, so there is none. `connecting`: being opened, or just lost.
 * `offline`: several attempts have failed; more follow by themselves. `error` says what the last one failed of.
 */
export interface ConnectionState {
  state: 'idle' | 'connecting' | 'online' | 'offline';
  error?: AuraError;
}

/** What a socket client reports: it is `connecting` with an error after a loss and after each failed attempt. */
export interface SocketReport {
  state: 'idle' | 'connecting' | 'pending';
  error: unknown;
}

/** The connection state after one more report. */
export function nextConnectionState(old: ConnectionState, { state, error }: SocketReport): ConnectionState {
  switch (state) {
    case 'idle':
      return { state: 'idle' };
    case 'pending':
      return { state: 'online' };
    case 'connecting': {
      if (error === null || error === undefined) return { state: 'connecting' };
      // One lost connection is usually back within a second; alarm is for the second failure in a row.
      const isRepeated = old.error !== undefined;
      return { state: isRepeated ? 'offline' : 'connecting', error: toAuraError(error) };
    }
  }
}
