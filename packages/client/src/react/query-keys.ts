import { partialMatchKey } from '@tanstack/react-query';

/** All of the client's queries, by identity: nothing that one identity loaded is ever shown to another. */
export const auraKeys = {
  all: (identityKey: string | null) => ['aura', identityKey] as const,
  conversations: (identityKey: string | null) => ['aura', identityKey, 'conversations'] as const,
  approvals: (identityKey: string | null) => ['aura', identityKey, 'approvals'] as const,
  rooms: (identityKey: string | null) => ['aura', identityKey, 'rooms'] as const,
  roomBans: (identityKey: string | null, roomId: string) =>
    ['aura', identityKey, 'rooms', 'bans', roomId] as const,
  models: (identityKey: string | null) => ['aura', identityKey, 'models'] as const,
  tools: (identityKey: string | null) => ['aura', identityKey, 'tools'] as const,
};

/**
 * The client repeats what is worth repeating, so the query library need not; and it works without the internet,
 * where the server is on the same machine.
 */
export const AURA_QUERY = { retry: false, networkMode: 'always' } as const;

/** For what changes when the server is set up anew, and then is found out soon enough. */
export const CATALOG_QUERY = { ...AURA_QUERY, staleTime: 300_000 } as const;

/** What was shown stays while the same is read anew; what was read for another key, say another identity, does not. */
export function previousWithin(
  scope: readonly unknown[],
): <T>(previous: T | undefined, query: { queryKey: readonly unknown[] } | undefined) => T | undefined {
  return (previous, query) =>
    query !== undefined && partialMatchKey(query.queryKey, scope) ? previous : undefined;
}
