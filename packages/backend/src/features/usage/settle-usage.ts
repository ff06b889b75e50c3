import type { Usage } from '@aura/contract';
import { sql } from 'kysely';
import type { TokenRate } from '../../config.ts';
import type { Tx } from '../../db/transaction.ts';
import { costMicros } from './cost.ts';

/** Replaces what was set aside for an attempt by what it took; null (the provider does not say): the estimate stays. */
export async function settleUsage(
  tx: Tx,
  { runId, step, attempt }: { runId: string; step: number; attempt: number },
  { usage, rate }: { usage: Usage | null; rate: TokenRate | undefined },
): Promise<void> {
  await tx.db
    .updateTable('usageEntries')
    .set({ isSettled: true, ...(usage === null ? {} : { ...usage, costMicros: costMicros(usage, rate) }) })
    .where('runId', '=', runId)
    .where('step', '=', step)
    .where('attempt', '=', attempt)
    .execute();
}

/**
 * Settles the attempts of a run that nobody will hear of any more (lost to a crash, failed, stopped): their prompt as
 * estimated, and of the answer what the log has of it, at four characters a token. Nothing when the run has another
 * owner than the one who says so: what is set aside is that one's.
 */
export async function settleLostUsage(
  tx: Tx,
  run: { id: string; conversationId: string; firstSeq: number | null; fence: number },
  rate: TokenRate | undefined,
): Promise<void> {
  const { inputMicros, outputMicros } = rate ?? { inputMicros: 0, outputMicros: 0 };
  await sql`
    with lost as (
      select u.step, u.attempt, coalesce((
        select ceil(sum(length(e.data ->> 'delta')) / 4.0) from events e
        where e.stream_id = ${run.conversationId} and e.seq >= ${run.firstSeq ?? 1} and e.type = 'content_delta'
          and e.run_id = u.run_id and e.data ->> 'messageId' = u.message_id::text
          and (e.data ->> 'attempt')::int = u.attempt), 0)::int as said
      from usage_entries u where u.run_id = ${run.id} and not u.is_settled
        and exists (select from runs r where r.id = u.run_id and r.fence = ${run.fence})
    )
    update usage_entries u set is_settled = true, output_tokens = l.said,
      cost_micros = ceil((u.input_tokens::numeric * ${inputMicros}::numeric + l.said * ${outputMicros}::numeric) / 1000000)::bigint
    from lost l where u.run_id = ${run.id} and u.step = l.step and u.attempt = l.attempt`.execute(tx.db);
}
