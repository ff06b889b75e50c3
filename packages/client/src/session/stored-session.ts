import { type AuthResult, type IdentityView, identityViewSchema } from '@aura/contract';
import { z } from 'zod';
import { tokenLifetimeMs } from './token-lifetime.ts';

/** What is kept between starts. `sentAt` is this device's clock just before the tokens were asked for. */
export const storedSessionSchema = z.object({
  version: z.literal(1),
  accessToken: z.string(),
  refreshToken: z.string(),
  sentAt: z.number(),
  lifetimeMs: z.number(),
  /** Null after an upgrade that changed its shape: the tokens still fetch a new one. */
  identity: identityViewSchema.nullable().catch(null),
});
export type StoredSession = z.infer<typeof storedSessionSchema>;

export function toStoredSession(result: AuthResult, sentAt: number): StoredSession {
  const byWallClock = Date.parse(result.accessExpiresAt) - sentAt;
  const { accessToken, refreshToken } = result;
  if (refreshToken === null) throw new Error('the refresh token is in a cookie, which was not asked for');
  return {
    version: 1,
    accessToken,
    refreshToken,
    sentAt,
    lifetimeMs: tokenLifetimeMs(accessToken) ?? Math.max(60_000, byWallClock),
    identity: result.identity,
  };
}

/**
 * How long the access token is good for, in ms. The age counts from before it was asked for, so the answer errs
 * on the short side. A clock that was set back makes the age negative: then nothing is known, so nothing is left.
 */
export function msLeft(session: StoredSession, now: number): number {
  const age = now - session.sentAt;
  return session.identity === null || age < 0 ? 0 : Math.max(0, session.lifetimeMs - age);
}

/** Names who acts and where. Whatever was loaded or opened under one key must not be used under another. */
export function identityKey(identity: IdentityView): string {
  return `${identity.user.id}/${identity.tenantId}/${identity.sessionId}`;
}
