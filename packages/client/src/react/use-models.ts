import type { ModelView } from '@aura/contract';
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { AuraError } from '../aura-error.ts';
import { useAura } from './aura-provider.ts';
import { auraKeys, CATALOG_QUERY } from './query-keys.ts';
import { useIdentityKey } from './use-session.ts';

/** The models that may be asked. */
export function useModels(): UseQueryResult<ModelView[], AuraError> {
  const client = useAura();
  const identityKey = useIdentityKey();
  return useQuery({
    ...CATALOG_QUERY,
    queryKey: auraKeys.models(identityKey),
    queryFn: ({ signal }) => client.agent.models.query(undefined, { signal }),
    enabled: identityKey !== null,
  });
}
