import type { RoomMessageView } from '@aura/contract';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { type AuraError, toAuraError } from '../aura-error.ts';
import { useAura } from './aura-provider.ts';
import { AURA_QUERY, previousWithin } from './query-keys.ts';
import { useMessagesBeside } from './use-messages-beside.ts';

export interface RoomPins {
  status: 'loading' | 'ready' | 'error';
  error: AuraError | null;
  /** The one that was pinned last comes first, replies in threads too. */
  messages: readonly RoomMessageView[];
  /** After a failure, tries again. */
  reload: () => void;
}

const NONE: readonly string[] = [];

/** The pinned messages of a room, kept current while they are shown. */
export function useRoomPins(roomId: string): RoomPins {
  const client = useAura();
  const { room, scope, canRead, upToDate } = useMessagesBeside(roomId);
  const pins = room.state?.pins ?? NONE;
  const query = useQuery({
    ...AURA_QUERY,
    queryKey: [...scope, 'pins', pins],
    queryFn: ({ signal }) => client.chat.pins.query({ roomId }, { signal }),
    placeholderData: previousWithin([...scope, 'pins']),
    enabled: canRead,
  });
  const messages = useMemo(() => {
    const read = query.data?.messages ?? [];
    return upToDate(read.filter(({ id }) => pins.includes(id)));
  }, [query.data, pins, upToDate]);
  return {
    status: query.isPending ? 'loading' : query.isError ? 'error' : 'ready',
    error: query.error === null ? null : toAuraError(query.error),
    messages,
    reload: () => void query.refetch(),
  };
}
