import type { RoomMessageView } from '@aura/contract';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { type AuraError, toAuraError } from '../aura-error.ts';
import type { LiveStatus } from '../live/live-status.ts';
import { useAura } from './aura-provider.ts';
import { AURA_QUERY } from './query-keys.ts';
import { useMessagesBeside } from './use-messages-beside.ts';

export interface LiveRoomMessage {
  status: LiveStatus;
  error: AuraError | null;
  message: RoomMessageView | null;
  /** After a failure, tries again. */
  reload: () => void;
}

/** One message of a room, wherever it stands, kept current while it is shown. Read only when it is not in the room's list. */
export function useRoomMessage(roomId: string, messageId: string): LiveRoomMessage {
  const client = useAura();
  const { room, scope, canRead, upToDate } = useMessagesBeside(roomId);
  const listed = room.state?.messages.find(({ id }) => id === messageId);
  const query = useQuery({
    ...AURA_QUERY,
    queryKey: [...scope, 'message', messageId],
    queryFn: ({ signal }) => client.chat.getMessage.query({ roomId, messageId }, { signal }),
    enabled: canRead && listed === undefined,
  });
  const [read] = useMemo(
    () => upToDate(query.data === undefined ? [] : [query.data]),
    [query.data, upToDate],
  );
  const message = listed ?? read ?? null;
  const error = message !== null || query.error === null ? null : toAuraError(query.error);
  return { status: statusOf(message, error), error, message, reload: () => void query.refetch() };
}

function statusOf(message: RoomMessageView | null, error: AuraError | null): LiveStatus {
  if (message !== null) return 'ready';
  if (error === null) return 'loading';
  return error.code === 'NOT_FOUND' ? 'notFound' : 'error';
}
