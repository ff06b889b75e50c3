import { sessionRevoked } from '../../app-error.ts';
import type { Caller, Core } from '../../context.ts';

/** Who is calling, for transports. Throws `UNAUTHORIZED`, or `SESSION_REVOKED` when the token's session has ended. */
export async function verifyAccess(
  core: Pick<Core, 'accessTokens' | 'sessionWatch'>,
  token: string,
): Promise<Caller> {
  const caller = await core.accessTokens.verify(token);
  if (core.sessionWatch.isRevoked(caller.sessionId)) {
    throw sessionRevoked();
  }
  return caller;
}
