import { idSchema, type Role, roleSchema } from '@aura/contract';
import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { AppError } from '../../app-error.ts';
import type { Clock } from '../../clock.ts';
import type { LegacyTokenConfig } from '../../config.ts';
import type { Caller } from '../../context.ts';
import type { Database } from '../../db/database.ts';
import { NO_HUB, type Tx, withSystemTransaction } from '../../db/transaction.ts';
import type { SecretRing } from '../../secret-ring.ts';
import { tokenRefused } from './access-tokens.ts';
import { admitExternalUser } from './admit-external-user.ts';
import { type LegacyClaims, readLegacyClaims } from './legacy-claims.ts';
import { lockMember } from './member-store.ts';
import { insertSession, lockSession } from './session-store.ts';
import type { SessionWatch } from './session-watch.ts';

/**
 * Lets in who comes with a token of another service that shares our secret. Such a token is a session here, with an id
 * made from the token and the end of the token: it can be seen and revoked like any other, and ends when the user is
 * switched off or leaves. What was found is believed for a minute, or less when the session is known to have ended.
 */
export interface LegacyTokens {
  /** Throws `UNAUTHORIZED`, the same for every reason; what the database throws when it cannot be asked. */
  verify(token: string): Promise<Caller>;
}

const BELIEVED_MS = 60_000;
const MAX_BELIEVED = 5_000;
/** As long as an access token of ours lives: the watch remembers ended sessions for longer than that. */
const CALLER_LIFE_MS = 15 * 60_000;

interface Options {
  config: LegacyTokenConfig;
  secrets: SecretRing;
  database: Database;
  sessionWatch: Pick<SessionWatch, 'isRevoked'>;
  clock: Pick<Clock, 'now'>;
}

export function createLegacyTokens(options: Options): LegacyTokens {
  const { config, secrets, database, sessionWatch, clock } = options;
  /** By the session's id, the oldest first. */
  const believed = new Map<string, { caller: Caller; until: number }>();

  const ask = async (sessionId: string, claims: LegacyClaims): Promise<Caller> => {
    const until = performance.now() + BELIEVED_MS;
    const member = await withSystemTransaction(
      { database, hub: NO_HUB },
      async (tx) => await settle(tx, sessionId, claims),
    );
    if (member === null) throw new Error('its session, user or membership has ended');
    const latest = clock.now().getTime() + CALLER_LIFE_MS;
    const expiresAt = new Date(Math.min(claims.expiresAt.getTime(), latest));
    const caller: Caller = { ...member, sessionId, expiresAt, scopes: null };
    believed.set(sessionId, { caller, until });
    const [oldest] = believed.keys();
    if (believed.size > MAX_BELIEVED && oldest !== undefined) believed.delete(oldest);
    return caller;
  };

  return {
    async verify(token) {
      const sessionId = sessionIdOf(token);
      const claims = await readLegacyClaims(token, { secrets, config, now: clock.now() }).catch(
        (cause: unknown) => {
          throw tokenRefused(cause);
        },
      );
      if (sessionWatch.isRevoked(sessionId)) throw tokenRefused();
      const entry = believed.get(sessionId);
      if (entry !== undefined && entry.until > performance.now()) return entry.caller;
      believed.delete(sessionId);
      try {
        return await ask(sessionId, claims);
      } catch (err) {
        // What the caller can know of is told as a bad token; a database that is down is no word against the token.
        if (err instanceof AppError || (err instanceof Error && !('code' in err))) throw tokenRefused(err);
        throw err;
      }
    },
  };
}

type Member = Pick<Caller, 'userId' | 'tenantId' | 'role'>;

/** The member that the token is for, with its session noted; null when one of them has ended. */
async function settle(tx: Tx, sessionId: string, claims: LegacyClaims): Promise<Member | null> {
  const tenantId = await tenantOf(tx, claims.tenant);
  if (tenantId === undefined) return null;
  const userId = await userOf(tx, tenantId, claims);
  const member = await lockMember(tx.db, { tenantId, userId });
  if (member === undefined || !member.isActive) return null;
  const known = await lockSession(tx.db, sessionId);
  if (known === undefined) {
    const { expiresAt } = claims;
    const session = { id: sessionId, tenantId, userId, refreshHash: randomBytes(32), expiresAt };
    await insertSession(tx.db, { ...session, userAgent: 'a token of another service', address: null });
  } else if (known.isRevoked || known.isOver) return null;
  return { userId, tenantId, role: lowerOf(member.role, claims.role) };
}

async function tenantOf(tx: Tx, tenant: string): Promise<string | undefined> {
  const row = await tx.db
    .selectFrom('tenants')
    .select('id')
    .where(idSchema.safeParse(tenant).success ? sql<string>`id::text` : 'slug', '=', tenant.toLowerCase())
    .executeTakeFirst();
  return row?.id;
}

/** A user of ours by id, or one who is only known over there, made at the first token. */
async function userOf(tx: Tx, tenantId: string, claims: LegacyClaims): Promise<string> {
  const { subject, email, role } = claims;
  const userId = subject.toLowerCase();
  if (idSchema.safeParse(userId).success && (await lockMember(tx.db, { tenantId, userId })) !== undefined) {
    return userId;
  }
  return await admitExternalUser(
    tx,
    { issuer: `urn:aura:shared-secret:${tenantId}`, subject, email, nickname: null },
    { mayJoin: true, tenantId, role, whenEmailTaken: 'invent' },
  );
}

function lowerOf(one: Role, other: Role): Role {
  const order = roleSchema.options;
  return order.indexOf(one) > order.indexOf(other) ? one : other;
}

/** The same for the same token, on every node: a UUID of version 8, made from its digest. */
function sessionIdOf(token: string): string {
  const bytes = createHash('sha256').update(`aura legacy session v1\n${token}`).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
