import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a signature header said, once the signature is right. */
export interface SignedRequest {
  /** Of the signature: to be used once. */
  id: string;
  /** From when on it is too old. */
  expiresAt: Date;
}

const FORM = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/;
const MAX_AGE_S = 300;
/** For clocks that differ. */
const MAX_AHEAD_S = 30;

/**
 * Checks `t=<unix seconds>,v1=<hex HMAC-SHA256(secret, t + "." + raw body)>`. Null for anything but a right one that is at
 * most 300 s old.
 */
export function checkSignature(
  header: string,
  { rawBody, secret, now }: { rawBody: string; secret: string; now: Date },
): SignedRequest | null {
  const match = FORM.exec(header);
  if (match === null) return null;
  const [, time = '', given = ''] = match;
  const expected = createHmac('sha256', secret).update(`${time}.${rawBody}`).digest();
  if (!timingSafeEqual(Buffer.from(given, 'hex'), expected)) return null;
  const ageS = now.getTime() / 1_000 - Number(time);
  if (ageS > MAX_AGE_S || ageS < -MAX_AHEAD_S) return null;
  return { id: given, expiresAt: new Date((Number(time) + MAX_AGE_S + MAX_AHEAD_S) * 1_000) };
}
