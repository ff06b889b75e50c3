import type { ConnectionState } from '../connection-state.ts';
import { useAura } from './aura-provider.ts';
import { useStore } from './use-store.ts';

/** Whether what is on screen is live: `{ state, error? }`. */
export function useConnection(): ConnectionState {
  return useStore(useAura().connection);
}
