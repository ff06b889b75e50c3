import type { RoomRole } from '@aura/contract';
import { createContext, useContext } from 'react';

/** The reader's role in the room that is shown; undefined where none is. */
const RoomRoleContext = createContext<RoomRole | null | undefined>(undefined);
export const RoomRoleProvider = RoomRoleContext.Provider;

export function useRoomRole(): RoomRole | null | undefined {
  return useContext(RoomRoleContext);
}
