import type { FindPeopleInput, FindPeopleOutput } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { storableText } from '../../db/json-text.ts';
import { withTransaction } from '../../db/transaction.ts';
import { searchPeople } from './people-store.ts';
import { enterRoom } from './room-access.ts';

/** Enough to choose from; who is not among them types another letter. */
const LIMIT = 20;

/** People of the caller's tenant to invite or to mention, 20 at most, by name; nobody who was deactivated. */
export async function findPeople(
  ctx: CallerContext,
  { query, notInRoomId }: FindPeopleInput,
): Promise<FindPeopleOutput> {
  const { tenantId } = ctx.caller;
  return await withTransaction(ctx, async ({ db }) => {
    if (notInRoomId !== undefined) await enterRoom(db, ctx.caller, { roomId: notInRoomId });
    const filter = { tenantId, start: storableText(query), notInRoomId, limit: LIMIT };
    return { people: await searchPeople(db, filter) };
  });
}
