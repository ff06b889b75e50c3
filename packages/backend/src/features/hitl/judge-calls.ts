import type { Json } from '@aura/contract';
import type { Kysely } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { Tool } from '../agent/tool.ts';
import { callApprovers } from '../chat/room-deciders.ts';
import { roomStanding } from '../chat/room-standing.ts';
import { readPolicy } from './policy-store.ts';
import { type CodePolicy, judgeCall, type PolicyVerdict } from './tool-policy.ts';

/**
 * What policy says of calls that a run wants to make, in the order given: by the tenant's rules as they are now, the
 * user's role now, and whether strangers' text has reached the conversation. Denied when the user was deactivated or is
 * no member any more, of the tenant or of the room.
 */
export async function judgeCalls(
  db: Kysely<Schema>,
  run: { tenantId: string; userId: string; conversationId: string },
  {
    code,
    calls,
  }: { code: CodePolicy | null; calls: readonly { tool: Pick<Tool, 'name' | 'risk'>; args: Json }[] },
): Promise<PolicyVerdict[]> {
  const { tenantId, userId, conversationId } = run;
  const policy = await readPolicy(db, tenantId);
  const member = await db
    .selectFrom('memberships')
    .innerJoin('users', 'users.id', 'memberships.userId')
    .select('memberships.role')
    .where('memberships.tenantId', '=', tenantId)
    .where('memberships.userId', '=', userId)
    .where('memberships.removedAt', 'is', null)
    .where('users.isActive', '=', true)
    .executeTakeFirst();
  const room = await roomStanding(db, { tenantId, userId, conversationId });
  // An agent acts for somebody: for nobody it does nothing.
  if (member === undefined || (room !== null && room.role === null)) {
    return calls.map(() => ({ action: 'deny' }));
  }
  const tainted = await db
    .selectFrom('runs')
    .select('id')
    .where('tenantId', '=', tenantId)
    .where('conversationId', '=', conversationId)
    .where('isTainted', '=', true)
    .limit(1)
    .executeTakeFirst();
  return calls.map(({ tool, args }) =>
    judgeCall(
      {
        tenantId,
        userId,
        role: member.role,
        toolName: tool.name,
        risk: tool.risk,
        args,
        isTainted: tainted !== undefined,
        isInRoom: room !== null,
        deciders: callApprovers(room),
      },
      { code, rules: policy?.rules ?? [] },
    ),
  );
}
