import { idSchema, oauthProviderSchema } from '@aura/contract';
import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import type { SecretRing } from '../../secret-ring.ts';

const intentSchema = z.object({
  provider: oauthProviderSchema,
  returnTo: z.string().nullable(),
  /** Who asked for the identity to be linked to them; null: whoever comes back signs in. */
  linkTo: idSchema.nullable(),
});
/** What a sign-in elsewhere was begun for. */
export type OAuthIntent = z.infer<typeof intentSchema>;

const stateSchema = intentSchema.extend({ nonce: z.string(), expiresAtS: z.int() });

/** Remembers sign-ins that are under way in the browsers they are under way in, and nowhere else. */
export interface OAuthStates {
  issue(intent: OAuthIntent): { state: string; binding: string; challenge: string };
  /** Null unless `issue` gave out the two together, at most ten minutes ago. Says nothing about whether it was used. */
  open(
    state: string,
    binding: string,
  ): (OAuthIntent & { verifier: string; nonce: string; expiresAt: Date }) | null;
}

const LIFETIME_S = 600;

export function createOAuthStates({
  secrets,
  clock,
}: {
  secrets: SecretRing;
  clock: Pick<Clock, 'now'>;
}): OAuthStates {
  const keys = secrets.map((secret) =>
    Buffer.from(hkdfSync('sha256', secret, '', 'aura oauth state v1', 32)),
  );
  const [current = Buffer.alloc(0)] = keys;
  const nowS = (): number => clock.now().getTime() / 1_000;

  return {
    issue(intent) {
      const nonce = randomBytes(16).toString('base64url');
      const binding = randomBytes(32).toString('base64url');
      const content = { ...intent, nonce, expiresAtS: Math.ceil(nowS()) + LIFETIME_S };
      const payload = Buffer.from(JSON.stringify(content)).toString('base64url');
      const mac = macOf(current, payload, binding);
      const verifier = verifierOf(current, nonce);
      const challenge = createHash('sha256').update(verifier).digest('base64url');
      return { state: `${payload}.${mac}`, binding, challenge };
    },
    open(state, binding) {
      const [payload = '', mac = ''] = state.split('.');
      // As text, so that spare bits of its base64 do not make several states of one.
      const given = Buffer.from(mac);
      const key = keys.find((one) => {
        const expected = Buffer.from(macOf(one, payload, binding));
        return given.length === expected.length && timingSafeEqual(given, expected);
      });
      if (key === undefined) return null;
      const { nonce, expiresAtS, ...intent } = stateSchema.parse(
        JSON.parse(Buffer.from(payload, 'base64url').toString()),
      );
      if (expiresAtS < nowS()) return null;
      return { ...intent, nonce, verifier: verifierOf(key, nonce), expiresAt: new Date(expiresAtS * 1_000) };
    },
  };
}

function macOf(key: Buffer, payload: string, binding: string): string {
  return createHmac('sha256', key).update(`state\n${payload}\n${binding}`).digest('base64url');
}

/** For PKCE (RFC 7636). Derived, so that it need not be kept and is in no browser. */
function verifierOf(key: Buffer, nonce: string): string {
  return createHmac('sha256', key).update(`verifier\n${nonce}`).digest('base64url');
}
