import type { BackendConfig } from '../../config.ts';
import type { Core } from '../../context.ts';
import { type Tx, withSystemTransaction, withTransaction } from '../../db/transaction.ts';
import type { TurnedRuns } from '../agent/tell-runner.ts';
import { holdConversation } from '../conversation/hold-conversation.ts';
import { announceInRoom } from './announce-in-room.ts';
import { closeRoom } from './close-room.ts';
import { countOthers, findRemovedMembers } from './room-member-store.ts';
import { findRoom, lockRoom, type MemberKey } from './room-store.ts';
import { takeOut } from './take-out.ts';

interface Context extends Pick<Core, 'database' | 'hub'> {
  config: Pick<BackendConfig, 'rates'>;
}

/** Those of one sweep; what is left is the next one's. */
const MAX_PLACES = 1_000;

/**
 * Takes whoever was taken out of a tenant out of its rooms, each in a transaction of its own, because rooms are locked
 * before members; the last one out archives the room. Answers what this did to runs, for the caller to tell the runner.
 *
 * `removal`: of one user, by an admin, right after it. Without one it is a sweep for those it has missed: the process
 * died, or somebody let them into a room at that very moment. Until then they see nothing, having no session.
 */
export async function takeOutRemoved(
  ctx: Context,
  removal: { tenantId: string; userId: string; by: string } | null,
): Promise<TurnedRuns[]> {
  const places = await withSystemTransaction(
    ctx,
    async ({ db }) => await findRemovedMembers(db, { of: removal, limit: MAX_PLACES }),
  );
  const turned: TurnedRuns[] = [];
  for (const place of places) {
    const by = removal?.by ?? null;
    const runs = await withTransaction(
      { ...ctx, caller: place },
      async (tx) => await takeOutOne(tx, ctx, { ...place, by }),
    );
    turned.push(...runs);
  }
  return turned;
}

async function takeOutOne(
  tx: Tx,
  ctx: Context,
  { by, ...member }: MemberKey & { by: string | null },
): Promise<TurnedRuns[]> {
  const { tenantId, roomId, userId } = member;
  const place = { tenantId, roomId };
  await holdConversation(tx, { tenantId, conversationId: roomId });
  await lockRoom(tx.db, place);
  const room = await findRoom(tx.db, place);
  const departure = {
    userId,
    how: by === null ? 'left' : 'removed',
    by: by ?? userId,
    reason: null,
  } as const;
  const left = await takeOut(tx, ctx, place, departure);
  if (room === undefined || left === null) return [];
  const isDeserted = (await countOthers(tx.db, member)).members === 0 && room.archivedAt === null;
  const closed = isDeserted ? await closeRoom(tx, ctx, place) : null;
  await announceInRoom(tx, place, {
    events: [...(closed?.events ?? []), ...left.events],
    notices: left.notices,
    appends: [...(closed?.appends ?? []), ...left.appends],
  });
  return [closed?.runs ?? [], left.runs].flat();
}
