import type { BanInput } from '@aura/contract';
import { notFound } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { storableText } from '../../db/json-text.ts';
import { type Tx, withTransaction } from '../../db/transaction.ts';
import { NO_HINTS, tellRunner } from '../agent/tell-runner.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { assertModerator, assertOutranks } from './chat-policy.ts';
import { enterRoom } from './room-access.ts';
import { insertBan } from './room-ban-store.ts';
import { findMember, findPeopleByIds } from './room-store.ts';
import { takeOut } from './take-out.ts';

/**
 * Takes somebody out of a room and keeps them out until `unban`, also people of the tenant who were not in it; owners may,
 * and moderators those who are neither. Members see the reason. Banning twice is one ban. Throws NOT_FOUND for nobody.
 */
export async function ban(
  ctx: CallerContext,
  { roomId, userId, reason }: BanInput,
): Promise<Record<string, never>> {
  const place = { tenantId: ctx.caller.tenantId, roomId };
  const hints = await withTransaction(ctx, async (tx) => {
    const { room, me } = await enterRoom(tx.db, ctx.caller, { roomId, hold: 'conversation' });
    assertModerator(me);
    const member = await findMember(tx.db, { ...place, userId });
    if (member !== undefined) assertOutranks(me, member);
    const name = member?.name ?? (await nameOf(tx, { ...place, userId }));
    const why = reason === undefined || reason === '' ? null : storableText(reason);
    const isNew = await insertBan(tx.db, { ...place, userId, name, reason: why, bannedBy: me.userId });
    if (!isNew) return NO_HINTS;
    await writeAudit(tx, ctx, { action: 'chat.member_banned', subject: roomId, data: { userId } });
    if (member === undefined) return NO_HINTS;
    return await takeOut(tx, ctx, room, { userId, how: 'banned', by: me.userId, reason: why });
  });
  tellRunner(ctx.runner, hints);
  return {};
}

async function nameOf(tx: Tx, { tenantId, userId }: { tenantId: string; userId: string }): Promise<string> {
  const [person] = await findPeopleByIds(tx.db, { tenantId, userIds: [userId] });
  if (person === undefined) throw notFound('user');
  return person.name;
}
