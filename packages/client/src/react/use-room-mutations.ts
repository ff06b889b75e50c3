import type { BanInput, CreateRoomInput, RoomRef, RoomView, UnbanInput } from '@aura/contract';
import { useMutation, type UseMutationResult, useQueryClient } from '@tanstack/react-query';
import type { AuraError } from '../aura-error.ts';
import { livesOf } from '../live/lives.ts';
import { useAura } from './aura-provider.ts';
import { AURA_QUERY, auraKeys } from './query-keys.ts';
import { useIntent } from './use-intent.ts';
import { useIdentityKey } from './use-session.ts';

export type NewRoom = Omit<CreateRoomInput, 'clientId'>;

/** Makes a room. Trying the same again after a failure cannot make a second one. */
export function useCreateRoom(): UseMutationResult<RoomView, AuraError, NewRoom> {
  const client = useAura();
  const intend = useIntent();
  return useMutation({
    ...AURA_QUERY,
    mutationFn: (room) => intend(room, (input) => client.chat.createRoom.mutate(input)),
  });
}

/** Joins a public room; whoever looks at it sees what was said. */
export function useJoinRoom(): UseMutationResult<void, AuraError, RoomRef> {
  const client = useAura();
  return useMutation({
    ...AURA_QUERY,
    mutationFn: async ({ roomId }) => {
      await client.chat.joinRoom.mutate({ roomId });
      livesOf(client).room(roomId).actions.reload();
    },
  });
}

/** Bans somebody from a room, whether they are in it or not; `useRoomBans` shows it. */
export function useBan(): UseMutationResult<void, AuraError, BanInput> {
  const client = useAura();
  const refresh = useRefreshBans();
  return useMutation({
    ...AURA_QUERY,
    async mutationFn(input) {
      await client.chat.ban.mutate(input);
    },
    onSuccess: async (_, { roomId }) => await refresh(roomId),
  });
}

/** Lifts a ban. */
export function useUnban(): UseMutationResult<void, AuraError, UnbanInput> {
  const client = useAura();
  const refresh = useRefreshBans();
  return useMutation({
    ...AURA_QUERY,
    async mutationFn(input) {
      await client.chat.unban.mutate(input);
    },
    onSuccess: async (_, { roomId }) => await refresh(roomId),
  });
}

function useRefreshBans(): (roomId: string) => Promise<void> {
  const queryClient = useQueryClient();
  const identityKey = useIdentityKey();
  return async (roomId) =>
    await queryClient.invalidateQueries({ queryKey: auraKeys.roomBans(identityKey, roomId) });
}
