import { AppError, sessionRevoked } from '../../app-error.ts';
import type { Caller, Core } from '../../context.ts';
import { isApiKey } from './api-key-token.ts';

type Doors = Pick<Core, 'accessTokens' | 'apiKeys' | 'legacyTokens' | 'sessionWatch'>;

/** Whose access token or API key it is. Throws `UNAUTHORIZED`; the procedures refuse a session that has ended. */
export async function readToken(core: Doors, token: string): Promise<Caller> {
  if (isApiKey(token)) return await core.apiKeys.verify(token);
  try {
    return await core.accessTokens.verify(token);
  } catch (err) {
    if (core.legacyTokens === null || !(err instanceof AppError)) throw err;
    return await core.legacyTokens.verify(token);
  }
}

/** Who is calling, for transports. Throws `UNAUTHORIZED`, or `SESSION_REVOKED` when the token's session has ended. */
export async function verifyAccess(core: Doors, token: string): Promise<Caller> {
  const caller = await readToken(core, token);
  if (core.sessionWatch.isRevoked(caller.sessionId)) {
    throw sessionRevoked();
  }
  return caller;
}
