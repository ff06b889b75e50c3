import { ACTIVE_RUN_STATUSES, type RunStatus } from '@aura/contract';
import type { Kysely, Selectable } from 'kysely';
import { escapeLike } from '../../db/escape-like.ts';
import type { Schema } from '../../db/schema.ts';

export type ConversationRow = Selectable<Schema['conversations']>;
export type MessageRow = Selectable<Schema['messages']>;

interface Owned {
  tenantId: string;
  userId: string;
  conversationId: string;
}

const owned = (db: Kysely<Schema>, { tenantId, userId, conversationId }: Owned) =>
  db
    .selectFrom('conversations')
    .selectAll()
    .where('tenantId', '=', tenantId)
    .where('userId', '=', userId)
    .where('id', '=', conversationId)
    .where('isRoom', '=', false)
    .where('deletedAt', 'is', null);

export async function findConversation(db: Kysely<Schema>, key: Owned): Promise<ConversationRow | undefined> {
  return await owned(db, key).executeTakeFirst();
}

/**
 * Also locks the row, which comes first in every transaction that changes a conversation or ends its run. Not its key:
 * storing a message looks at that, in transactions that hold the run already.
 */
export async function lockConversation(db: Kysely<Schema>, key: Owned): Promise<ConversationRow | undefined> {
  return await owned(db, key).forNoKeyUpdate().executeTakeFirst();
}

export async function findByClientId(
  db: Kysely<Schema>,
  key: { tenantId: string; userId: string; clientId: string },
): Promise<ConversationRow | undefined> {
  return await db
    .selectFrom('conversations')
    .selectAll()
    .where('tenantId', '=', key.tenantId)
    .where('userId', '=', key.userId)
    .where('clientId', '=', key.clientId)
    .executeTakeFirst();
}

export interface ListKey {
  isPinned: boolean;
  updatedAt: string;
  id: string;
}

export async function listConversationRows(
  db: Kysely<Schema>,
  filter: {
    tenantId: string;
    userId: string;
    isArchived: boolean;
    words: string[];
    after: ListKey | null;
    limit: number;
  },
): Promise<ConversationRow[]> {
  let query = db
    .selectFrom('conversations')
    .selectAll()
    .where('tenantId', '=', filter.tenantId)
    .where('userId', '=', filter.userId)
    .where('isArchived', '=', filter.isArchived)
    .where('isRoom', '=', false)
    .where('deletedAt', 'is', null);
  for (const word of filter.words) query = query.where('title', 'ilike', `%${escapeLike(word)}%`);
  const { after } = filter;
  if (after !== null) {
    query = query.where((eb) =>
      eb(
        eb.refTuple('isPinned', 'updatedAt', 'id'),
        '<',
        eb.tuple(after.isPinned, new Date(after.updatedAt), after.id),
      ),
    );
  }
  return await query
    .orderBy('isPinned', 'desc')
    .orderBy('updatedAt', 'desc')
    .orderBy('id', 'desc')
    .limit(filter.limit)
    .execute();
}

export async function findMessageByClientId(
  db: Kysely<Schema>,
  key: { tenantId: string; conversationId: string; clientId: string },
): Promise<MessageRow | undefined> {
  return await db
    .selectFrom('messages')
    .selectAll()
    .where('tenantId', '=', key.tenantId)
    .where('conversationId', '=', key.conversationId)
    .where('clientId', '=', key.clientId)
    .executeTakeFirst();
}

/** The messages of a conversation that were not cleared away, nor given anew. */
export const keptMessages = (
  db: Kysely<Schema>,
  { tenantId, conversationId }: { tenantId: string; conversationId: string },
) =>
  db
    .selectFrom('messages')
    .where('tenantId', '=', tenantId)
    .where('conversationId', '=', conversationId)
    .where('isSuperseded', '=', false)
    .where('seq', '>', (eb) =>
      eb.selectFrom('conversations').select('clearedSeq').where('id', '=', conversationId),
    );

/** Messages on one side of a place, oldest first, and whether there are more on that side. */
export async function pageOfMessages(
  db: Kysely<Schema>,
  page: {
    tenantId: string;
    conversationId: string;
    limit: number;
    before?: number | undefined;
    after?: number | undefined;
  },
): Promise<{ rows: MessageRow[]; hasMore: boolean }> {
  const isForward = page.after !== undefined;
  let query = keptMessages(db, page).selectAll();
  if (page.after !== undefined) query = query.where('seq', '>', page.after);
  if (page.before !== undefined) query = query.where('seq', '<', page.before);
  const rows = await query
    .orderBy('seq', isForward ? 'asc' : 'desc')
    .limit(page.limit + 1)
    .execute();
  const hasMore = rows.length > page.limit;
  const kept = rows.slice(0, page.limit);
  return { rows: isForward ? kept : kept.toReversed(), hasMore };
}

export async function countMessages(
  db: Kysely<Schema>,
  key: { tenantId: string; conversationId: string },
): Promise<{ messageCount: number; lastMessageAt: Date | null }> {
  return await keptMessages(db, key)
    .select((eb) => [eb.fn.countAll<number>().as('messageCount'), eb.fn.max('createdAt').as('lastMessageAt')])
    .executeTakeFirstOrThrow();
}

/** How those runs of a conversation stand that have not ended; while it is locked, none begins or ends. */
export async function listActiveRunStatuses(
  db: Kysely<Schema>,
  key: { tenantId: string; conversationId: string },
): Promise<RunStatus[]> {
  const rows = await db
    .selectFrom('runs')
    .select('status')
    .where('tenantId', '=', key.tenantId)
    .where('conversationId', '=', key.conversationId)
    .where('status', 'in', ACTIVE_RUN_STATUSES)
    .execute();
  return rows.map(({ status }) => status);
}

/** Messages that were sent to steer a run. */
export async function countSteering(
  db: Kysely<Schema>,
  { tenantId, id }: Pick<ConversationRow, 'tenantId' | 'id'>,
  runId: string,
): Promise<number> {
  const { count } = await db
    .selectFrom('messages')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('tenantId', '=', tenantId)
    .where('conversationId', '=', id)
    .where('runId', '=', runId)
    .where('role', '=', 'user')
    .executeTakeFirstOrThrow();
  return count - 1;
}
