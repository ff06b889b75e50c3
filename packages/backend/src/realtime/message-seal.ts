import { createHmac, timingSafeEqual } from 'node:crypto';
import type { SecretRing } from '../secret-ring.ts';

/**
 * Signs what nodes tell each other through a shared server, so that whoever can write there, but does not know the
 * deployment's secret, can neither invent events nor end sessions and runs. A signature is for one channel.
 */
export interface MessageSeal {
  close(channel: string, message: string): string;
  /** The message, or null when it was not closed with one of the secrets for the same channel. */
  open(channel: string, sealed: string): string | null;
}

const SIGNATURE_CHARS = 43;

export function createMessageSeal(secrets: SecretRing): MessageSeal {
  const keyOf = (secret: string): Buffer =>
    createHmac('sha256', secret).update('aura: messages between nodes').digest();
  const current = keyOf(secrets[0]);
  const keys = secrets.map(keyOf);
  const sign = (key: Buffer, channel: string, message: string): string =>
    createHmac('sha256', key).update(`${channel}\n${message}`).digest('base64url');
  return {
    close: (channel, message) => sign(current, channel, message) + message,
    open(channel, sealed) {
      const message = sealed.slice(SIGNATURE_CHARS);
      const given = Buffer.from(sealed.slice(0, SIGNATURE_CHARS));
      const isOurs = keys.some((key) => {
        const expected = Buffer.from(sign(key, channel, message));
        return given.length === expected.length && timingSafeEqual(given, expected);
      });
      return isOurs ? message : null;
    },
  };
}
