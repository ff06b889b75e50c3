import { randomBytes } from 'node:crypto';
import type { Caller, Core } from '../../context.ts';
import { NO_HUB, withSystemTransaction } from '../../db/transaction.ts';
import { addUser } from './add-user.ts';
import { defaultTenantId } from './member-store.ts';

/** Who everybody without a token is on a server that asks for none. */
export interface DevelopmentUser {
  userId: string;
  tenantId: string;
}

const USER_ID = '00000000-0000-4000-8000-0000000000de';
const SESSION_ID = '00000000-0000-4000-8000-0000000005e5';
const EMAIL = 'developer@aura.local';
const LIFETIME_MS = 15 * 60_000;

/** Makes the development user, an admin of the default tenant with a password that nobody knows, unless it is there. */
export async function ensureDevelopmentUser(
  core: Pick<Core, 'database' | 'passwordHasher'>,
): Promise<DevelopmentUser> {
  const passwordHash = await core.passwordHasher.hash(randomBytes(32).toString('base64url'));
  return await withSystemTransaction({ ...core, hub: NO_HUB }, async (tx) => {
    const tenantId = await defaultTenantId(tx.db);
    const user = { userId: USER_ID, tenantId, email: EMAIL, passwordHash, nickname: 'Developer' };
    await addUser(tx, { ...user, role: 'admin' });
    return { userId: USER_ID, tenantId };
  });
}

/** Null where callers must sign in. Its session is no row, so nothing ends it. */
export function developmentCaller({
  developmentUser,
  clock,
}: Pick<Core, 'developmentUser' | 'clock'>): Caller | null {
  if (developmentUser === null) return null;
  return {
    ...developmentUser,
    role: 'admin',
    sessionId: SESSION_ID,
    expiresAt: new Date(clock.now().getTime() + LIFETIME_MS),
    scopes: null,
  };
}

/** True when nobody has said who is calling, so that no header can contradict it. */
export function isDevelopmentCaller({ sessionId }: Pick<Caller, 'sessionId'>): boolean {
  return sessionId === SESSION_ID;
}
