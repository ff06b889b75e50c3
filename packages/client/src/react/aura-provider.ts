import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createContext, createElement, type ReactElement, type ReactNode, useContext, useState } from 'react';
import type { AuraClient } from '../create-aura-client.ts';

const AuraContext = createContext<AuraClient | null>(null);

export interface AuraProviderProps {
  client: AuraClient;
  /** Give the app's own, if it has one; default: one for Aura alone. */
  queryClient?: QueryClient;
  children?: ReactNode;
}

/** Makes a client known to all hooks below. It neither opens nor closes it. */
export function AuraProvider({ client, queryClient, children }: AuraProviderProps): ReactElement {
  const [ownQueryClient] = useState(() => queryClient ?? new QueryClient());
  return createElement(
    QueryClientProvider,
    { client: queryClient ?? ownQueryClient },
    createElement(AuraContext.Provider, { value: client }, children),
  );
}

/** The client of the provider above. */
export function useAura(): AuraClient {
  const client = useContext(AuraContext);
  if (client === null) throw new Error('Put <AuraProvider client={…}> around the app.');
  return client;
}
