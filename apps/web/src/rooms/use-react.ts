import type { RoomMessageView } from '@aura/contract';
import { useRoomScene } from './room-context.ts';
import { useAttempt } from './use-attempt.ts';

/** Adds the reader's reaction, or takes it back. */
export function useReact({ id, reactions }: RoomMessageView): (emoji: string) => void {
  const { actions, reader } = useRoomScene();
  const attempt = useAttempt();
  return (emoji) => {
    const known = reactions.find((reaction) => reaction.emoji === emoji);
    const isMine = known?.userIds.includes(reader.userId) === true;
    void attempt(() => (isMine ? actions.removeReaction(id, emoji) : actions.addReaction(id, emoji)));
  };
}
