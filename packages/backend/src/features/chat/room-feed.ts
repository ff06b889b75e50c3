import { parseCursor } from '@aura/contract';
import type { TrackedEnvelope } from '@trpc/server';
import { AppError } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import type { StreamEvent } from '../../realtime/event.ts';
import type { StreamPlace } from '../../realtime/read-events.ts';
import { type FeedOptions, type Reset, resumeFeed } from '../../realtime/resume.ts';
import { type Redactor, redactFor } from './redact-for.ts';
import { viewKeyOf } from './room-deciders.ts';
import type { Viewer } from './room-standing.ts';
import { roomEvent } from './room-view.ts';

export interface RoomFeedOptions<E, S> extends Pick<
  FeedOptions<E, S>,
  'lastEventId' | 'signal' | 'start' | 'end' | 'isLast'
> {
  roomId: string;
  /** Where the room's log and the caller stood at one moment: that of the authorisation. */
  stream: StreamPlace;
  viewer: Viewer;
  /** Names the feed among those of the room. */
  feed: string;
  /** With the viewer as of the same moment. */
  readSnapshot(): Promise<{ state: S; cursor: string; isComplete?: boolean; viewer: Viewer }>;
  view(event: StreamEvent, redactor: Redactor): E | null;
}

/** What a reader may see, and up to where in the log that is known to be so. */
interface Place {
  seq: number;
  viewer: Viewer;
}

/**
 * A feed of a room's stream, as the caller may see it. When what the caller may see changes (the room's rule, or their
 * role), it starts again with a `reset`. Ends with FORBIDDEN as soon as the caller is no member any more, and nothing that
 * came after is told.
 */
export async function* roomFeed<E extends object, S>(
  ctx: CallerContext,
  { roomId, stream, viewer, ...options }: RoomFeedOptions<E, S>,
): AsyncGenerator<TrackedEnvelope<E | Reset<S>>, void, undefined> {
  // Whoever was removed up to there, and is a member after all, has come back.
  let place: Place = { seq: stream.head, viewer };
  let from: Pick<FeedOptions<E, S>, 'lastEventId' | 'start' | 'stream'> = { ...options, stream };
  for (;;) {
    const ending: { why: 'departed' | 'changed' | null } = { why: null };
    yield* resumeFeed<E, S>(ctx, {
      streamId: roomId,
      stream: from.stream ?? null,
      lastEventId: from.lastEventId,
      start: from.start,
      signal: options.signal,
      ...(options.end === undefined ? {} : { end: options.end }),
      readSnapshot: async () => {
        const { viewer: now, ...snapshot } = await options.readSnapshot();
        place = { viewer: now, seq: parseCursor(snapshot.cursor)?.seq ?? place.seq };
        return snapshot;
      },
      // Asked for after the snapshot, which may have found the viewer in another role.
      get viewKey() {
        return `${options.feed} ${viewKeyOf(place.viewer)}`;
      },
      view: (event) => options.view(event, redactFor(place.viewer)),
      get isPersonal() {
        return place.viewer.room?.hidesArgs === true;
      },
      // The lane asks one of those who see the same; who they are is not the same.
      leavesLane: (event) => changeOf(event, place) !== null,
      isLast: (event) => {
        if (options.isLast?.(event) === true) return true;
        ending.why = changeOf(event, place);
        return ending.why !== null;
      },
    });
    if (options.signal.aborted || ending.why === null) return;
    if (ending.why === 'departed') {
      throw new AppError('FORBIDDEN', { message: 'You are not in this room any more.' });
    }
    from = { lastEventId: null, start: 'snapshot' };
  }
}

/**
 * What an event means for its reader's own view. Of those up to the reader's place it is not known how things stood before
 * them, so what may have been a change is taken for one.
 */
function changeOf(stored: StreamEvent, { seq, viewer }: Place): 'departed' | 'changed' | null {
  const { room, userId } = viewer;
  const event = roomEvent(stored);
  const isPast = event.seq <= seq;
  if (room === null) return null;
  if (event.type === 'member_left') {
    return event.data.userId === userId && !isPast ? 'departed' : null;
  }
  if (event.type === 'room_updated') {
    const { deciders, hidesArgs } = event.data.room;
    return isPast || isOther(viewer, { ...room, deciders, hidesArgs }) ? 'changed' : null;
  }
  if (event.type !== 'member_joined' && event.type !== 'member_updated') return null;
  const { member } = event.data;
  if (member.userId !== userId) return null;
  const isChanged = isPast ? room.hidesArgs : isOther(viewer, { ...room, role: member.role });
  return isChanged ? 'changed' : null;
}

const isOther = (viewer: Viewer, room: Viewer['room']): boolean =>
  viewKeyOf({ ...viewer, room }) !== viewKeyOf(viewer);
