import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { idSchema } from '@aura/contract';
import type { Clock } from '../../clock.ts';
import type { SecretRing } from '../../secret-ring.ts';

/** Whose file it is, and for whom. */
export interface AttachmentGrant {
  tenantId: string;
  userId: string;
  attachmentId: string;
}

/**
 * Makes and checks addresses that work without a token, for `<img>`, which can send none. One is good for five to ten
 * minutes, and the same within each five, so that browsers may keep what it led to. It says who asked for it; whether
 * they may still see the file is for whoever serves it to find out.
 */
export interface AttachmentUrls {
  /** The path on this server, and when it ends. */
  sign(grant: AttachmentGrant): { url: string; expiresAt: Date };
  /** Null for anything that `sign` did not make, or that has ended. */
  verify(attachmentId: string, signature: string): AttachmentGrant | null;
}

const STEP_MS = 300_000;
const MAC_BYTES = 32;

/** The secrets may be those that sign access tokens: the keys used here are derived and good for nothing else. */
export function createAttachmentUrls({
  secrets,
  clock,
}: {
  secrets: SecretRing;
  clock: Pick<Clock, 'now'>;
}): AttachmentUrls {
  const keyOf = (secret: string): Buffer =>
    Buffer.from(hkdfSync('sha256', secret, '', 'aura attachment url v1', 32));
  const current = keyOf(secrets[0]);
  const keys = secrets.map(keyOf);
  return {
    sign(grant) {
      const expiresMs = (Math.floor(clock.now().getTime() / STEP_MS) + 2) * STEP_MS;
      const mac = macOf(grant, String(expiresMs), current).toString('base64url');
      const signature = `${grant.tenantId}.${grant.userId}.${expiresMs}.${mac}`;
      return {
        url: `/api/attachments/${grant.attachmentId}?signature=${signature}`,
        expiresAt: new Date(expiresMs),
      };
    },
    verify(attachmentId, signature) {
      const [tenantId = '', userId = '', expires = '', mac = '', ...rest] = signature.split('.');
      const isWellFormed =
        rest.length === 0 && [tenantId, userId].every((id) => idSchema.safeParse(id).success);
      const isCurrent = /^\d{1,15}$/.test(expires) && Number(expires) > clock.now().getTime();
      if (!isWellFormed || !isCurrent) return null;
      const grant = { tenantId, userId, attachmentId };
      const given = Buffer.from(mac, 'base64url');
      const isOurs =
        given.length === MAC_BYTES && keys.some((key) => timingSafeEqual(given, macOf(grant, expires, key)));
      return isOurs ? grant : null;
    },
  };
}

function macOf({ tenantId, userId, attachmentId }: AttachmentGrant, expires: string, key: Buffer): Buffer {
  return createHmac('sha256', key).update(`${tenantId}.${userId}.${attachmentId}.${expires}`).digest();
}
