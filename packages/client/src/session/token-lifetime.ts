import { z } from 'zod';

const claimsSchema = z.object({ iat: z.number(), exp: z.number() });

/**
 * How long an access token lives, in ms, by the server's own clock on both ends; null when it is not a JWT.
 * A device's clock may be hours off, so "expires at" says nothing here, while a length is true everywhere.
 */
export function tokenLifetimeMs(accessToken: string): number | null {
  const payload = accessToken.split('.')[1];
  if (payload === undefined) return null;
  try {
    const claims = claimsSchema.safeParse(
      JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))),
    );
    return claims.success ? Math.max(0, (claims.data.exp - claims.data.iat) * 1_000) : null;
  } catch {
    return null;
  }
}
