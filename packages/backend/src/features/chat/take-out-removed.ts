import type { BackendConfig } from '../../config.ts';
import type { Core } from '../../context.ts';
import { type Tx, withSystemTransaction, withTransaction } from '../../db/transaction.ts';
import { NO_HINTS, type RunHints } from '../agent/tell-runner.ts';
import { holdConversation } from '../conversation/hold-conversation.ts';
import { findRemovedMembers } from './room-member-store.ts';
import { findMember, findRoom, lockRoom, type MemberKey } from './room-store.ts';
import { takeOut } from './take-out.ts';

interface Context extends Pick<Core, 'database' | 'hub'> {
  config: Pick<BackendConfig, 'rates'>;
}

/** Those of one sweep; what is left is the next one's. */
const MAX_PLACES = 1_000;

/**
 * Takes whoever was taken out of a tenant out of its rooms, each in a transaction of its own, because rooms are locked
 * before members; the last one out archives the room. Answers what the runner is to hear of it.
 *
 * `removal`: of one user, by an admin, right after it. Without one it is a sweep for those it has missed: the process
 * died, or somebody let them into a room at that very moment. Until then they see nothing, having no session.
 */
export async function takeOutRemoved(
  ctx: Context,
  removal: { tenantId: string; userId: string; by: string } | null,
): Promise<RunHints[]> {
  const places = await withSystemTransaction(
    ctx,
    async ({ db }) => await findRemovedMembers(db, { of: removal, limit: MAX_PLACES }),
  );
  const hints: RunHints[] = [];
  for (const place of places) {
    const by = removal?.by ?? null;
    const hint = await withTransaction(
      { ...ctx, caller: place },
      async (tx) => await takeOutOne(tx, ctx, { ...place, by }),
    );
    hints.push(hint);
  }
  return hints;
}

async function takeOutOne(
  tx: Tx,
  ctx: Context,
  { by, ...member }: MemberKey & { by: string | null },
): Promise<RunHints> {
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
  if (room === undefined || (await findMember(tx.db, member)) === undefined) return NO_HINTS;
  return await takeOut(tx, ctx, room, departure);
}
