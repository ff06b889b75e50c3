import type { ToolView } from '@aura/contract';
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { AuraError } from '../aura-error.ts';
import { useAura } from './aura-provider.ts';
import { AURA_QUERY, auraKeys } from './query-keys.ts';
import { useIdentityKey } from './use-session.ts';

const FIVE_MINUTES_MS = 300_000;

/** The tools that the agent has, with the schemas of their arguments. */
export function useTools(): UseQueryResult<ToolView[], AuraError> {
  const client = useAura();
  const identityKey = useIdentityKey();
  return useQuery({
    ...AURA_QUERY,
    queryKey: auraKeys.tools(identityKey),
    queryFn: ({ signal }) => client.agent.tools.query(undefined, { signal }),
    enabled: identityKey !== null,
    staleTime: FIVE_MINUTES_MS,
  });
}
