import { idSchema, type ListMembersInput, type ListMembersOutput } from '@aura/contract';
import { z } from 'zod';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { encodePage, pageInstantSchema, parsePage } from '../../page.ts';
import { memberView } from './auth-view.ts';
import { listMemberRows } from './member-store.ts';

const keySchema = z.object({ joinedAt: pageInstantSchema, userId: idSchema });

/** Who belongs to the caller's tenant, by when they joined. */
export async function listMembers(
  ctx: CallerContext,
  { limit, page }: ListMembersInput,
): Promise<ListMembersOutput> {
  const after = parsePage(keySchema, page);
  const { tenantId } = ctx.caller;
  const rows = await withTransaction(
    ctx,
    async ({ db }) => await listMemberRows(db, { tenantId, after, limit: limit + 1 }),
  );
  const members = rows.slice(0, limit).map(memberView);
  const last = members.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  return { members, nextPage: hasMore ? encodePage(keySchema, last) : null };
}
