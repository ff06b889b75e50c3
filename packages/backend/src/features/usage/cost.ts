import type { Usage } from '@aura/contract';
import type { TokenRate } from '../../config.ts';

/** What a token is taken to be where nobody has counted them. */
export const CHARS_PER_TOKEN = 4;

/** What tokens cost, in millionths of the deployment's currency, rounded up; nothing for a model without a rate. */
export function costMicros({ inputTokens, outputTokens }: Usage, rate: TokenRate | undefined): number {
  if (rate === undefined) return 0;
  return Math.ceil((inputTokens * rate.inputMicros + outputTokens * rate.outputMicros) / 1_000_000);
}
