import type { Operation } from '@trpc/client';

/** Marks a call that has no clientId but may be repeated all the same: doing it twice is doing it once. */
export const REPEATABLE = { context: { isRepeatable: true } };

/** True when sending the call twice cannot act twice: it only reads, carries a clientId, or says so. */
export function isRepeatable({ type, input, context }: Operation): boolean {
  if (type !== 'mutation') return true;
  if (context['isRepeatable'] === true) return true;
  return (
    typeof input === 'object' && input !== null && 'clientId' in input && typeof input.clientId === 'string'
  );
}
