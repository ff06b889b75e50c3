import type { RoomState } from '@aura/contract';
import type { LiveRoom as Live } from '@aura/client/react';
import { type ReactElement, useMemo } from 'react';
import { RoomRoleProvider } from '../approvals/room-role-context.ts';
import { useMe } from '../approvals/use-me.ts';
import { LostNotice } from '../conversation/lost-notice.tsx';
import { useNow } from '../app/use-now.ts';
import classes from './live-room.module.css';
import { MembersPanel } from './members-panel.tsx';
import { PinsPanel } from './pins-panel.tsx';
import { RoomAnnouncer } from './room-announcer.tsx';
import { RoomComposer } from './room-composer.tsx';
import { RoomProvider, type RoomScene } from './room-context.ts';
import { RoomHeader } from './room-header.tsx';
import { RoomMessages } from './room-messages.tsx';
import { writeBar } from './room-rights.ts';
import { SearchPanel } from './search-panel.tsx';
import { ThreadPanel } from './thread-panel.tsx';
import { TypingLine } from './typing-line.tsx';
import { useRoomPanel } from './use-room-panel.ts';
import { useRunInAddress } from './use-run-in-address.ts';
import { WriteBarNotice } from './write-bar-notice.tsx';

const MINUTE_MS = 60_000;

/** A room that is loaded and kept current: what was said, who is there, and where to say more. */
export function LiveRoom({ live, state }: { live: Live; state: RoomState }): ReactElement {
  const scene = useScene(live, state);
  const place = useRoomPanel();
  useRunInAddress(place, state.runs);
  const { bar } = scene;
  return (
    <RoomProvider value={scene}>
      <RoomRoleProvider value={scene.reader.member?.role ?? null}>
        <RoomHeader online={live.online} />
        <div className={classes.columns}>
          <div className={classes.room}>
            <RoomMessages live={live} state={state} />
            <div className={classes.dock}>
              {live.status === 'error' && live.error !== null && <LostNotice error={live.error} />}
              <TypingLine typing={live.typing} />
              {bar === null ? <RoomComposer /> : <WriteBarNotice bar={bar} />}
            </div>
          </div>
          {place.panel?.kind === 'thread' && (
            <ThreadPanel
              key={place.panel.messageId}
              messageId={place.panel.messageId}
              replySeq={place.panel.replySeq ?? null}
              canWrite={bar === null}
            />
          )}
          {place.panel?.kind === 'pins' && <PinsPanel state={state} />}
          {place.panel?.kind === 'search' && <SearchPanel state={state} words={place.panel.words} />}
          {place.panel?.kind === 'members' && <MembersPanel online={live.online} />}
        </div>
        <RoomAnnouncer messages={state.messages} />
      </RoomRoleProvider>
    </RoomProvider>
  );
}

/** Keeps its identity while only messages come: what shows one of them need not be drawn again. */
function useScene({ actions }: Live, { room, members, pins }: RoomState): RoomScene {
  const me = useMe();
  const userId = me?.userId ?? '';
  const role = me?.role ?? 'guest';
  const now = useNow(MINUTE_MS);
  const reader = useMemo(
    () => ({ userId, role, member: members.find((member) => member.userId === userId) ?? null }),
    [members, userId, role],
  );
  const bar = useMemo(() => writeBar(reader, room, now), [reader, room, now]);
  return useMemo(
    () => ({ room, members, pins: new Set(pins), reader, bar, actions }),
    [room, members, pins, reader, bar, actions],
  );
}
