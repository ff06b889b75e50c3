import type { ApprovalStatus, Json } from '@aura/contract';
import { type ExpressionBuilder, type Insertable, type Kysely, type Selectable, sql } from 'kysely';
import type { Caller } from '../../context.ts';
import { databaseNow } from '../../db/database-now.ts';
import { jsonText } from '../../db/json-text.ts';
import type { Schema } from '../../db/schema.ts';

export type ApprovalRow = Selectable<Schema['approvals']>;
type Db = Kysely<Schema>;
interface Key {
  tenantId: string;
  approvalId: string;
}

export async function findApproval(db: Db, { tenantId, approvalId }: Key): Promise<ApprovalRow | undefined> {
  return await db
    .selectFrom('approvals')
    .selectAll()
    .where('tenantId', '=', tenantId)
    .where('id', '=', approvalId)
    .executeTakeFirst();
}

/** Also answers whether its time is up, by the database's clock. */
export async function lockApproval(
  db: Db,
  { tenantId, approvalId }: Key,
): Promise<(ApprovalRow & { isOverdue: boolean }) | undefined> {
  return await db
    .selectFrom('approvals')
    .selectAll()
    .select(sql<boolean>`expires_at <= clock_timestamp()`.as('isOverdue'))
    .where('tenantId', '=', tenantId)
    .where('id', '=', approvalId)
    .forUpdate()
    .executeTakeFirst();
}

export async function insertApprovals(
  db: Db,
  rows: readonly (Omit<Insertable<Schema['approvals']>, 'createdAt' | 'expiresAt'> & {
    expiresInSeconds: number;
  })[],
): Promise<ApprovalRow[]> {
  return await db
    .insertInto('approvals')
    .values(
      rows.map(({ expiresInSeconds, ...row }) => ({
        ...row,
        createdAt: databaseNow,
        expiresAt: sql<Date>`date_trunc('milliseconds', clock_timestamp() + make_interval(secs => ${expiresInSeconds}))`,
      })),
    )
    .returningAll()
    .execute();
}

export interface Decision {
  status: Exclude<ApprovalStatus, 'pending'>;
  decidedBy: string | null;
  decisionKey?: string | null;
  reason?: string | null;
  editedArgs?: Json | undefined;
  answer?: Json | undefined;
}

/** The one way out of `pending`; undefined when somebody was faster, or the hash is of something else. */
export async function resolveApproval(
  db: Db,
  key: Key & { argsHash: string },
  { status, decidedBy, decisionKey = null, reason = null, editedArgs, answer }: Decision,
): Promise<ApprovalRow | undefined> {
  return await db
    .updateTable('approvals')
    .set({
      status,
      decidedBy,
      decisionKey,
      reason,
      decidedAt: databaseNow,
      editedArgs: editedArgs === undefined ? null : jsonText(editedArgs),
      answer: answer === undefined ? null : jsonText(answer),
    })
    .where('tenantId', '=', key.tenantId)
    .where('id', '=', key.approvalId)
    .where('argsHash', '=', key.argsHash)
    .where('status', '=', 'pending')
    .returningAll()
    .executeTakeFirst();
}

/** Has others decide. */
export async function replaceApprovers(
  db: Db,
  { tenantId, approvalId }: Key,
  approvers: Pick<ApprovalRow, 'approverKind' | 'approverIds' | 'approverRole' | 'approverWho'>,
): Promise<ApprovalRow> {
  return await db
    .updateTable('approvals')
    .set(approvers)
    .where('tenantId', '=', tenantId)
    .where('id', '=', approvalId)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Ends what is still asked for a run that ends; answers those it ended. */
export async function resolvePendingOfRun(
  db: Db,
  runId: string,
  {
    status,
    reason,
    decidedBy,
  }: { status: 'cancelled' | 'rejected'; reason: string; decidedBy: string | null },
): Promise<ApprovalRow[]> {
  return await db
    .updateTable('approvals')
    .set({ status, reason, decidedBy, decidedAt: databaseNow })
    .where('runId', '=', runId)
    .where('status', '=', 'pending')
    .returningAll()
    .execute();
}

export interface ListFilter {
  caller: Pick<Caller, 'tenantId' | 'userId' | 'role'>;
  scope: 'decidable' | 'involved';
  status?: ApprovalStatus | undefined;
  conversationId?: string | undefined;
  after: { at: string; id: string } | null;
  limit: number;
}

/** Pending ones by expiry, all others newest first. */
export async function listApprovalRows(
  db: Db,
  { caller, scope, status, conversationId, after, limit }: ListFilter,
): Promise<ApprovalRow[]> {
  const isPending = status === 'pending';
  const column = isPending ? 'expiresAt' : 'createdAt';
  let query = db.selectFrom('approvals').selectAll().where('tenantId', '=', caller.tenantId);
  query = query.where((eb) => {
    const own = eb.and([eb('userId', '=', caller.userId), isStillThere(eb, caller.userId)]);
    // Guests are never among those who decide.
    const decidable = caller.role === 'guest' ? [] : isDecidable(eb, caller);
    return eb.or(scope === 'involved' ? [...decidable, own] : decidable);
  });
  if (status !== undefined) query = query.where('status', '=', status);
  // What has expired cannot be decided, whether or not anybody has come by to say so.
  if (isPending) query = query.where('expiresAt', '>', sql<Date>`clock_timestamp()`);
  if (conversationId !== undefined) query = query.where('conversationId', '=', conversationId);
  if (after !== null) {
    query = query.where((eb) =>
      eb(eb.refTuple(column, 'id'), isPending ? '>' : '<', eb.tuple(new Date(after.at), after.id)),
    );
  }
  const direction = isPending ? 'asc' : 'desc';
  return await query.orderBy(column, direction).orderBy('id', direction).limit(limit).execute();
}

type Row = ExpressionBuilder<Schema, 'approvals'>;

/** What `isApprover` says, of rows. */
function isDecidable(eb: Row, { userId, role }: Pick<Caller, 'userId' | 'role'>) {
  return [
    eb.and([eb('approverKind', '=', 'owner'), eb('userId', '=', userId), isStillThere(eb, userId)]),
    eb.and([
      eb('approverKind', '=', 'users'),
      eb(sql`${userId}::uuid`, '=', sql`any(approver_ids)`),
      eb.or([eb('approverWho', 'is', null), isStillThere(eb, userId)]),
    ]),
    eb.and([
      eb('approverKind', '=', 'role'),
      role === 'admin' ? sql<boolean>`true` : eb('approverRole', '=', role === 'user' ? 'user' : null),
    ]),
    eb.and([
      eb('approverKind', '=', 'room'),
      sql<boolean>`exists (select from room_members m where m.room_id = approvals.conversation_id
        and m.user_id = ${userId} and (approver_who = 'members' or m.role <> 'member'))`,
    ]),
  ];
}

/** It was not asked in a room, or in one that the user is in. */
function isStillThere(eb: Row, userId: string) {
  const conversationId = eb.ref('approvals.conversationId');
  return eb.or([
    eb.not(eb.exists(eb.selectFrom('rooms').select('rooms.id').where('rooms.id', '=', conversationId))),
    eb.exists(
      eb
        .selectFrom('roomMembers')
        .select('roomMembers.userId')
        .where('roomMembers.roomId', '=', conversationId)
        .where('roomMembers.userId', '=', userId),
    ),
  ]);
}

/** Those made from `from` on and before `to`, oldest first: of the tenant, or less of it. */
export async function listApprovalHistory(
  db: Db,
  {
    tenantId,
    userId,
    conversationId,
    from,
    to,
    limit,
  }: {
    tenantId: string;
    userId: string | undefined;
    conversationId: string | undefined;
    from: string | undefined;
    to: string | undefined;
    limit: number;
  },
): Promise<ApprovalRow[]> {
  let query = db.selectFrom('approvals').selectAll().where('tenantId', '=', tenantId);
  if (userId !== undefined) {
    query = query.where('userId', '=', userId).where((eb) => isStillThere(eb, userId));
  }
  if (conversationId !== undefined) query = query.where('conversationId', '=', conversationId);
  if (from !== undefined) query = query.where('createdAt', '>=', new Date(from));
  if (to !== undefined) query = query.where('createdAt', '<', new Date(to));
  return await query.orderBy('createdAt').orderBy('id').limit(limit).execute();
}

/** Pending ones whose time is up, of all tenants. */
export async function findOverdueApprovals(
  db: Db,
  limit: number,
): Promise<{ tenantId: string; approvalId: string; userId: string }[]> {
  return await db
    .selectFrom('approvals')
    .select(['tenantId', 'id as approvalId', 'userId'])
    .where('status', '=', 'pending')
    .where('expiresAt', '<=', sql<Date>`clock_timestamp()`)
    .orderBy('expiresAt')
    .limit(limit)
    .execute();
}
