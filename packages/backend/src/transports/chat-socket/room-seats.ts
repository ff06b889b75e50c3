import type { Core } from '../../context.ts';
import { createPresence, type PresenceWatch } from '../../realtime/presence.ts';
import { tellAll } from '../../realtime/tell-all.ts';
import type { Senders } from '../../features/chat/senders.ts';
import { presenceFrame } from './chat-frames.ts';

/** Who has a chat socket open in which room, on any node: a user comes with the first one and goes with the last one. */
export interface RoomSeats extends AsyncDisposable {
  /** `tell` gets a frame for everybody who comes or goes from now on, the one who sits down included. */
  take(seat: RoomSeat): Disposable;
}

export interface RoomSeat {
  tenantId: string;
  roomId: string;
  userId: string;
  tell(frame: string): void;
}

interface Table {
  tells: Set<(frame: string) => void>;
  /** Those whose coming was told, or who were there before anybody here could be told. */
  present: Set<string>;
  watch: PresenceWatch;
  /** What was told last: names have to be looked up, and frames must keep their order. */
  telling: Promise<void>;
}

export function createRoomSeats(
  core: Pick<Core, 'bus' | 'nodeId' | 'clock' | 'log'>,
  senders: Senders,
): RoomSeats {
  const onError = (err: unknown): void => core.log.warn({ err }, 'presence on chat sockets');
  const presence = createPresence({ ...core, onError });
  const tables = new Map<string, Table>();

  const enter = (key: string, tenantId: string): Table => {
    const known = tables.get(key);
    if (known !== undefined) return known;

    const say = (type: 'chat.user.join' | 'chat.user.leave', userId: string): void => {
      const named = senders.of({ tenantId, userId });
      // Asked at once and told in order; who cannot be named is not told of.
      table.telling = Promise.all([named, table.telling])
        .then(([sender]) => {
          if (sender !== null) tellAll(table.tells, presenceFrame(type, sender.nickname), onError);
        })
        .catch(onError);
    };
    const onArrive = (userIds: readonly string[]): void => {
      for (const userId of userIds) {
        if (table.present.has(userId)) continue;
        table.present.add(userId);
        say('chat.user.join', userId);
      }
    };
    const onChange = (): void => {
      const online = table.watch.online();
      const gone = table.present.difference(online);
      table.present = online;
      for (const userId of gone) say('chat.user.leave', userId);
    };
    const watch = presence.watch(key, onChange, onArrive);
    const table: Table = { tells: new Set(), present: watch.online(), watch, telling: Promise.resolve() };
    tables.set(key, table);
    return table;
  };

  return {
    take({ tenantId, roomId, userId, tell }) {
      const key = `chat:${roomId}`;
      const table = enter(key, tenantId);
      table.tells.add(tell);
      const arrival = presence.arrive({ tenantId: key, userId });
      return {
        [Symbol.dispose]() {
          if (!table.tells.delete(tell)) return;
          arrival[Symbol.dispose]();
          if (table.tells.size > 0) return;
          table.watch[Symbol.dispose]();
          tables.delete(key);
        },
      };
    },
    [Symbol.asyncDispose]: async () => await presence[Symbol.asyncDispose](),
  };
}
