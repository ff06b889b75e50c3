import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { AppError } from '../../app-error.ts';

const MAX_AGE_SECONDS = 60;
const TIMESTAMP = /^\d{1,12}$/;
const SIGNATURE = /^[0-9a-f]{64}$/i;

/** True when a request claims to come from a gateway. */
export function claimsGateway({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers['x-gateway-signature'] !== undefined || headers['x-gateway-timestamp'] !== undefined;
}

/**
 * Throws UNAUTHORIZED unless the request's path and query, to the byte, are signed by whoever knows the secret
 * (`X-Gateway-Signature`, hex HMAC-SHA256 of `timestamp.path`) and that was at most a minute ago (`X-Gateway-Timestamp`, in
 * seconds).
 */
export function assertGateway(
  { url = '', headers }: Pick<IncomingMessage, 'url' | 'headers'>,
  { secret, now }: { secret: string | null; now: Date },
): void {
  const timestamp = String(headers['x-gateway-timestamp'] ?? '');
  const signature = String(headers['x-gateway-signature'] ?? '');
  const isRecent =
    TIMESTAMP.test(timestamp) && Math.abs(now.getTime() / 1_000 - Number(timestamp)) <= MAX_AGE_SECONDS;
  if (secret !== null && isRecent && SIGNATURE.test(signature)) {
    const expected = createHmac('sha256', secret).update(`${timestamp}.${url}`).digest();
    if (timingSafeEqual(expected, Buffer.from(signature, 'hex'))) return;
  }
  throw new AppError('UNAUTHORIZED', { message: 'The signature of the gateway is missing, wrong or old.' });
}
