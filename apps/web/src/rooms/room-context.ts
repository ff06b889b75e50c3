import type { RoomMemberView, RoomView } from '@aura/contract';
import type { RoomActions } from '@aura/client/react';
import { createContext, useContext } from 'react';
import type { RoomReader, WriteBar } from './room-rights.ts';

/** What every part of an open room speaks of. */
export interface RoomScene {
  room: RoomView;
  reader: RoomReader;
  /** Why the reader cannot write right now; null: they can. */
  bar: WriteBar;
  members: readonly RoomMemberView[];
  pins: ReadonlySet<string>;
  actions: RoomActions;
}

const RoomContext = createContext<RoomScene | null>(null);
export const RoomProvider = RoomContext.Provider;

export function useRoomScene(): RoomScene {
  const scene = useContext(RoomContext);
  if (scene === null) throw new Error('this is shown outside a room');
  return scene;
}
