import type { Usage } from '@aura/contract';
import type { TokenRate } from '../../config.ts';
import type { Tx } from '../../db/transaction.ts';
import { costMicros } from './cost.ts';
import { type Attempt, settleLostReservations, settleReservation } from './reservation-store.ts';

/** Replaces what was set aside for an attempt by what it took; null (the provider does not say): the estimate stays. */
export async function settleUsage(
  tx: Tx,
  attempt: Pick<Attempt, 'runId' | 'step' | 'attempt'>,
  { usage, rate }: { usage: Usage | null; rate: TokenRate | undefined },
): Promise<void> {
  const taken = usage === null ? null : { ...usage, costMicros: costMicros(usage, rate) };
  await settleReservation(tx.db, attempt, taken);
}

/**
 * Settles the attempts of a run that nobody will hear of any more (lost to a crash, failed, stopped): their prompt as
 * estimated, and of the answer what the log has of it. Nothing when the run has another owner than the one who says so:
 * what is set aside is that one's.
 */
export async function settleLostUsage(
  tx: Tx,
  run: { id: string; conversationId: string; firstSeq: number | null; fence: number },
  rate: TokenRate | undefined,
): Promise<void> {
  await settleLostReservations(tx.db, run, rate ?? { inputMicros: 0, outputMicros: 0 });
}
