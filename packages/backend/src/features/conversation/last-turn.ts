import type { Kysely } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import { keptMessages } from './conversation-store.ts';

/** What the user said last, and what became of it. */
export interface LastTurn {
  /** The message that asks; others of the user's were said while the run was under way. */
  askedId: string;
  userMessageIds: string[];
  /** Null: nobody has answered it. */
  runId: string | null;
  answerIds: string[];
  /** All of them. */
  messageIds: string[];
}

/** Null: the user has said nothing in this conversation. */
export async function lastTurn(
  db: Kysely<Schema>,
  place: { tenantId: string; conversationId: string },
): Promise<LastTurn | null> {
  const last = await keptMessages(db, place)
    .select(['id', 'runId'])
    .where('role', '=', 'user')
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (last === undefined) return null;
  if (last.runId === null) {
    const own = [last.id];
    return { askedId: last.id, userMessageIds: own, runId: null, answerIds: [], messageIds: own };
  }
  const rows = await keptMessages(db, place)
    .select(['id', 'role'])
    .where('runId', '=', last.runId)
    .orderBy('seq')
    .execute();
  const ofRole = (role: string): string[] => rows.filter((row) => row.role === role).map(({ id }) => id);
  const userMessageIds = ofRole('user');
  return {
    askedId: userMessageIds[0] ?? last.id,
    userMessageIds,
    runId: last.runId,
    answerIds: ofRole('assistant'),
    messageIds: rows.map(({ id }) => id),
  };
}
