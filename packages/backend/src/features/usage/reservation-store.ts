import type { Usage } from '@aura/contract';
import { type Kysely, sql } from 'kysely';
import type { TokenRate } from '../../config.ts';
import type { Schema } from '../../db/schema.ts';
import { CHARS_PER_TOKEN } from './cost.ts';

type Db = Kysely<Schema>;

/** One attempt at one model call; the unit in which usage is kept. */
export interface Attempt {
  runId: string;
  tenantId: string;
  userId: string;
  conversationId: string;
  fence: number;
  step: number;
  attempt: number;
  messageId: string;
  model: string;
}

/** Sets an amount aside for an attempt; false when the claim on the run is gone. */
export async function insertReservation(
  db: Db,
  { runId, fence, step, attempt, messageId, model, tenantId, userId, conversationId }: Attempt,
  { inputTokens, outputTokens, costMicros }: Usage & { costMicros: number },
): Promise<boolean> {
  const { rows } = await sql`
    insert into usage_entries (run_id, step, attempt, tenant_id, user_id, conversation_id, message_id, model,
      input_tokens, output_tokens, cost_micros, created_at)
    select ${runId}, ${step}::int, ${attempt}::int, ${tenantId}, ${userId}, ${conversationId}, ${messageId},
      ${model}, ${inputTokens}::int, ${outputTokens}::int, ${costMicros}::bigint, clock_timestamp()
    from runs where id = ${runId} and fence = ${fence} and status = 'running' for no key update
    returning run_id`.execute(db);
  return rows.length > 0;
}

/** Replaces what was set aside for an attempt by what it took; null: what was set aside stays. */
export async function settleReservation(
  db: Db,
  { runId, step, attempt }: Pick<Attempt, 'runId' | 'step' | 'attempt'>,
  taken: (Usage & { costMicros: number }) | null,
): Promise<void> {
  await db
    .updateTable('usageEntries')
    .set({ isSettled: true, ...taken })
    .where('runId', '=', runId)
    .where('step', '=', step)
    .where('attempt', '=', attempt)
    .execute();
}

/** Settles what is left of a run under this fence: prompts as estimated, answers by what the log has of them. */
export async function settleLostReservations(
  db: Db,
  run: { id: string; conversationId: string; firstSeq: number | null; fence: number },
  { inputMicros, outputMicros }: TokenRate,
): Promise<void> {
  await sql`
    with lost as (
      select u.step, u.attempt, coalesce((
        select ceil(sum(length(e.data ->> 'delta')) / ${CHARS_PER_TOKEN}::numeric) from events e
        where e.stream_id = ${run.conversationId} and e.seq >= ${run.firstSeq ?? 1} and e.type = 'content_delta'
          and e.run_id = u.run_id and e.data ->> 'messageId' = u.message_id::text
          and (e.data ->> 'attempt')::int = u.attempt), 0)::int as said
      from usage_entries u where u.run_id = ${run.id} and not u.is_settled
        and exists (select from runs r where r.id = u.run_id and r.fence = ${run.fence})
    )
    update usage_entries u set is_settled = true, output_tokens = l.said,
      cost_micros = ceil((u.input_tokens::numeric * ${inputMicros}::numeric + l.said * ${outputMicros}::numeric) / 1000000)::bigint
    from lost l where u.run_id = ${run.id} and u.step = l.step and u.attempt = l.attempt`.execute(db);
}
