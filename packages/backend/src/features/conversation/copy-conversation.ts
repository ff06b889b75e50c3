import { randomUUID } from 'node:crypto';
import { type ConversationEvent, FORK_LIMITS, type RunEvent } from '@aura/contract';
import { sql } from 'kysely';
import { databaseNow } from '../../db/database-now.ts';
import { jsonText, storableText } from '../../db/json-text.ts';
import type { Tx } from '../../db/transaction.ts';
import { createStream } from '../../realtime/create-stream.ts';
import type { Unplaced } from '../../realtime/event.ts';
import { runEvent } from '../agent/run-view.ts';
import type { OneCall } from './conversation-once.ts';
import type { ConversationRow } from './conversation-store.ts';
import { conversationView } from './conversation-view.ts';
import { COPIED_EVENTS, copyEvents } from './copy-events.ts';
import { type CopyPlan, tooMuchToCopy } from './copy-plan.ts';

export interface ConversationCopy {
  row: ConversationRow;
  /** What its log begins with, for the caller to append as the first thing. */
  events: Unplaced<ConversationEvent>[];
}

/**
 * Makes a conversation of its own out of what the plan says of another one. Nothing refers back, so neither ever
 * changes the other. Throws PAYLOAD_TOO_LARGE beyond `FORK_LIMITS`.
 */
export async function copyConversation(
  tx: Tx,
  {
    source,
    plan,
    title,
    call,
  }: { source: ConversationRow; plan: CopyPlan; title: string | undefined; call: OneCall },
): Promise<ConversationCopy> {
  const { tenantId, userId, model, whenBusy, whenWaiting } = source;
  const log = await readLog(tx, source, plan);
  const id = randomUUID();
  const continued = [...plan.runs.values()].find(({ ending }) => ending === null);
  await createStream(tx, { id, tenantId, kind: 'conversation' });
  const row = await tx.db
    .insertInto('conversations')
    .values({
      id,
      tenantId,
      userId,
      clientId: call.clientId,
      requestHash: call.hash,
      title: title === undefined ? source.title : storableText(title),
      model,
      whenBusy,
      whenWaiting,
      forkedFrom: source.id,
      activeRunId: continued?.id ?? null,
      createdAt: databaseNow,
      updatedAt: databaseNow,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  const created: Unplaced<ConversationEvent> = {
    type: 'conversation_created',
    data: { conversation: conversationView(row) },
  };
  const at = row.createdAt.toISOString();
  const events = [created, ...copyEvents(plan, log, { conversationId: id, at })];
  await insertRuns(tx, { row, plan, events, call });
  await insertMessages(tx, { row, plan, events });
  await copySteps(tx, tenantId, plan);
  return { row, events };
}

/** What the runs to be copied have said. */
async function readLog(
  { db }: Tx,
  { id, tenantId }: ConversationRow,
  { messages, runs }: CopyPlan,
): Promise<RunEvent[]> {
  const runIds = [...runs.keys()];
  if (runIds.length === 0) return [];
  const log = db
    .selectFrom('events')
    .where('streamId', '=', id)
    .where('tenantId', '=', tenantId)
    .where('runId', 'in', runIds)
    .where('type', 'in', COPIED_EVENTS);
  const { answers, bytes } = await log
    .select((eb) => [
      eb.fn.countAll<number>().filterWhere('type', '=', 'content').as('answers'),
      sql<number>`coalesce(sum(octet_length(data::text)), 0)::bigint`.as('bytes'),
    ])
    .executeTakeFirstOrThrow();
  if (messages.length + answers > FORK_LIMITS.messages || bytes > FORK_LIMITS.bytes) throw tooMuchToCopy();
  const rows = await log.select(['seq', 'type', 'runId', 'at', 'data']).orderBy('seq').execute();
  return rows.map((row) => runEvent({ ...row, at: row.at.toISOString() }));
}

interface Rows {
  row: ConversationRow;
  plan: CopyPlan;
  events: readonly Unplaced<ConversationEvent>[];
}

/** Nothing was appended to the new stream before, so an event's place is known before it is stored. */
const seqOf = (events: Rows['events'], isIt: (event: Unplaced<ConversationEvent>) => boolean): number =>
  events.findIndex(isIt) + 1;

async function insertRuns({ db }: Tx, { row, plan, events, call }: Rows & { call: OneCall }): Promise<void> {
  const { id: conversationId, tenantId, userId, createdAt } = row;
  const rows = [...plan.runs.values()].map(({ id, original, ending }) => ({
    id,
    tenantId,
    conversationId,
    userId,
    messageId: plan.messageIds.get(original.messageId) ?? '',
    model: original.model,
    status: ending?.status ?? ('queued' as const),
    error: ending === null || ending.error === null ? null : jsonText(ending.error),
    firstSeq: seqOf(events, (event) => event.type === 'run_created' && event.runId === id),
    isTainted: original.isTainted,
    createdAt,
    ...(ending === null
      ? // As if it had been claimed before: the next owner looks for the steps that are there already.
        { fence: 1, clientId: call.clientId, requestHash: call.hash }
      : { fence: 0, clientId: null, requestHash: null }),
    startedAt: ending === null ? null : createdAt,
    // There are no pieces of its answers.
    isCompacted: ending !== null,
  }));
  if (rows.length > 0) await db.insertInto('runs').values(rows).execute();
}

async function insertMessages({ db }: Tx, { row, plan, events }: Rows): Promise<void> {
  const { id: conversationId, tenantId, createdAt } = row;
  const contexts = new Map(plan.messages.map(({ id, context }) => [plan.messageIds.get(id), context]));
  const rows = events.flatMap((event, index) => {
    if (event.type !== 'message_created') return [];
    const { id, role, text, runId, isComplete } = event.data.message;
    const context = contexts.get(id) ?? null;
    return {
      id,
      tenantId,
      conversationId,
      runId,
      role,
      text,
      isComplete,
      context: context === null ? null : jsonText(context),
      seq: index + 1,
      createdAt,
    };
  });
  if (rows.length > 0) await db.insertInto('messages').values(rows).execute();
}

/** Within the database: tool results can be long. */
async function copySteps({ db }: Tx, tenantId: string, { runs, messageIds }: CopyPlan): Promise<void> {
  const copied = [...runs.values()].map(({ original, id, steps }) => ({ original: original.id, id, steps }));
  await sql`
    insert into steps (run_id, index, tenant_id, kind, data, at)
    select r.id, s.index, s.tenant_id, s.kind,
      case s.kind when 'message'
        then jsonb_set(s.data, '{messageId}', ${jsonText(Object.fromEntries(messageIds))}::jsonb -> (s.data ->> 'messageId'))
        else s.data end,
      s.at
    from jsonb_to_recordset(${jsonText(copied)}::jsonb) as r(original uuid, id uuid, steps bigint)
    join steps s on s.run_id = r.original and s.index < r.steps
    where s.tenant_id = ${tenantId}`.execute(db);
}
