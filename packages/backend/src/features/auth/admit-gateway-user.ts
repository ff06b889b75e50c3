import { randomUUID } from 'node:crypto';
import { accountInactive } from '../../app-error.ts';
import type { Caller, Core, RequestInfo } from '../../context.ts';
import { storableText } from '../../db/json-text.ts';
import { takeTurn } from '../../db/take-turn.ts';
import { type Tx, withSystemTransaction } from '../../db/transaction.ts';
import { addUser } from './add-user.ts';
import { createSession } from './create-session.ts';
import {
  findGatewayUser,
  type GatewayUserKey,
  insertGatewayUser,
  updateGatewayUser,
} from './gateway-user-store.ts';
import { defaultTenantId, lockMember } from './member-store.ts';
import { liveSessionsOf } from './session-store.ts';

/** A user as a gateway names them. */
export interface GatewayIdentity {
  /** Which gateway: its users are its own. */
  gateway: string;
  externalId: string;
  email: string;
  nickname: string;
  pictureUrl: string | null;
}

/** A session that ends sooner is not used for another socket. */
const MIN_LEFT_MS = 12 * 3_600_000;

/**
 * Whoever a gateway vouches for, made a user of the default tenant when they come for the first time. The gateway's word
 * opens nobody else's account: an address that is known here already stays its owner's. The caller has a session like
 * everybody, so that ending it closes their sockets. Throws ACCOUNT_INACTIVE when the user was deactivated.
 */
export async function admitGatewayUser(
  core: Pick<Core, 'database' | 'hub' | 'refreshTokens' | 'clock'>,
  identity: GatewayIdentity,
  request: RequestInfo,
): Promise<Caller> {
  return await withSystemTransaction(core, async (tx) => {
    const tenantId = await defaultTenantId(tx.db);
    const key = {
      tenantId,
      gateway: identity.gateway,
      externalId: storableText(identity.externalId),
    };
    // Several sockets of one newcomer come at once.
    await takeTurn(tx.db, `aura-gateway-user:${JSON.stringify(key)}`);
    const userId = await provision(tx, key, identity);
    const member = await lockMember(tx.db, { tenantId, userId });
    if (member?.isActive !== true) {
      throw accountInactive();
    }
    const now = core.clock.now().getTime();
    const [lasting] = (await liveSessionsOf(tx.db, userId)).filter(
      ({ endsAt }) => endsAt.getTime() - now > MIN_LEFT_MS,
    );
    const session = lasting ?? (await newSession(tx, core, { tenantId, userId, request }));
    return {
      userId,
      tenantId,
      role: member.role,
      sessionId: session.id,
      expiresAt: session.endsAt,
      scopes: null,
    };
  });
}

async function provision(
  tx: Tx,
  key: GatewayUserKey,
  { email, nickname: given, pictureUrl }: GatewayIdentity,
): Promise<string> {
  const { tenantId } = key;
  const nickname = storableText(given);
  const known = await findGatewayUser(tx.db, key);
  if (known !== undefined) {
    const { userId } = known;
    const isSame = known.email === email && known.nickname === nickname && known.pictureUrl === pictureUrl;
    if (!isSame) await updateGatewayUser(tx.db, { tenantId, userId, email, nickname, pictureUrl });
    return userId;
  }
  const userId = randomUUID();
  await addUser(tx, {
    userId,
    tenantId,
    // An address that nobody can have: the real one may belong, or come to belong, to somebody who signs in here.
    email: `${userId}@gateway.invalid`,
    passwordHash: null,
    role: 'user',
    nickname,
    pictureUrl,
  });
  await insertGatewayUser(tx.db, { ...key, userId, email });
  return userId;
}

async function newSession(
  tx: Tx,
  { refreshTokens }: Pick<Core, 'refreshTokens'>,
  { tenantId, userId, request }: { tenantId: string; userId: string; request: RequestInfo },
): Promise<{ id: string; endsAt: Date }> {
  const grant = await createSession(tx, { refreshTokens, request }, { tenantId, userId });
  return { id: grant.identity.sessionId, endsAt: grant.refreshExpiresAt };
}
