import type { RoomMessageView, RunStates } from '@aura/contract';
import type { Kysely } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import { activeRuns } from '../agent/active-runs.ts';
import { readRuns } from '../conversation/read-runs.ts';
import { redactFor } from './redact-for.ts';
import { messagesBefore } from './room-message-store.ts';
import { roomMessageViews } from './room-message-view.ts';
import type { Viewer } from './room-standing.ts';
import type { RoomRow } from './room-store.ts';

const MAX_MESSAGES = 50;

/**
 * The newest of a room's own messages, or of the replies in one of its threads, and the runs that go with them as the viewer
 * may see them. Among those are the active ones: with the room's own messages all of them, in threads too. In a snapshot.
 */
export async function readWindow(
  db: Kysely<Schema>,
  room: RoomRow,
  { threadOf, viewer }: { threadOf: string | null; viewer: Viewer },
): Promise<{ messages: RoomMessageView[]; runs: RunStates; hasOlder: boolean }> {
  const place = { tenantId: room.tenantId, roomId: room.id };
  const { rows, hasMore } = await messagesBefore(db, {
    ...place,
    threadOf,
    before: null,
    limit: MAX_MESSAGES,
  });
  const active = await activeRuns(db, room);
  const shown = active.filter((run) => threadOf === null || run.threadOf === threadOf);
  const runIds = [...rows.map(({ runId }) => runId), ...shown.map(({ id }) => id)];
  return {
    messages: await roomMessageViews(db, rows),
    runs: await readRuns(db, room, runIds, redactFor(viewer).runEvent),
    hasOlder: hasMore,
  };
}
