import type { ToolView } from '@aura/contract';
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { AuraError } from '../aura-error.ts';
import { useAura } from './aura-provider.ts';
import { auraKeys, CATALOG_QUERY } from './query-keys.ts';
import { useIdentityKey } from './use-session.ts';

/** The tools that the agent has, with the schemas of their arguments. */
export function useTools(): UseQueryResult<ToolView[], AuraError> {
  const client = useAura();
  const identityKey = useIdentityKey();
  return useQuery({
    ...CATALOG_QUERY,
    queryKey: auraKeys.tools(identityKey),
    queryFn: ({ signal }) => client.agent.tools.query(undefined, { signal }),
    enabled: identityKey !== null,
  });
}
