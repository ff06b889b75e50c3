import type { CreateRoomInput, RoomRef, RoomView } from '@aura/contract';
import { useMutation, type UseMutationResult } from '@tanstack/react-query';
import type { AuraError } from '../aura-error.ts';
import { livesOf } from '../live/lives.ts';
import { useAura } from './aura-provider.ts';
import { AURA_QUERY } from './query-keys.ts';
import { useIntent } from './use-intent.ts';

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
