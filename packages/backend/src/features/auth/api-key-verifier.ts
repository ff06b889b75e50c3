import { timingSafeEqual } from 'node:crypto';
import type { Logger } from 'pino';
import type { Clock } from '../../clock.ts';
import type { Caller } from '../../context.ts';
import type { Database } from '../../db/database.ts';
import { NO_HUB, withSystemTransaction } from '../../db/transaction.ts';
import { tokenRefused } from './access-tokens.ts';
import { markApiKeysUsed, usableApiKey } from './api-key-store.ts';
import { type ApiKeyClaim, parseApiKey } from './api-key-token.ts';
import { roleOfKey } from './auth-policy.ts';
import type { SessionWatch } from './session-watch.ts';

/**
 * Lets machines in. What the database says of a key is believed for three seconds, so that a busy machine does not cost
 * a round trip for every call, and so that a change of role, a deactivated user or a revocation that nobody told of
 * counts after three seconds. A revocation that this node heard of counts at once.
 */
export interface ApiKeyVerifier extends AsyncDisposable {
  /**
   * Who is calling. Throws `UNAUTHORIZED`, the same for every reason, for anything but a live key; what the database
   * throws when it cannot be asked.
   */
  verify(key: string): Promise<Caller>;
}

const BELIEVED_MS = 3_000;
const MAX_BELIEVED = 5_000;
/** As long as an access token lives: the watch remembers ended keys for longer, and sockets come back to be asked again. */
const CALLER_LIFE_MS = 15 * 60_000;
const NO_HASH = Buffer.alloc(32);

interface Options {
  database: Database;
  sessionWatch: Pick<SessionWatch, 'isRevoked'>;
  clock: Pick<Clock, 'now'>;
  log: Logger;
}

export function createApiKeyVerifier({ database, sessionWatch, clock, log }: Options): ApiKeyVerifier {
  const scope = { database, hub: NO_HUB };
  /** By id and hash, the last used last. */
  const believed = new Map<string, { caller: Caller; until: number }>();
  const asking = new Map<string, Promise<Caller>>();
  const used = new Set<string>();
  let noting: Promise<void> | null = null;

  const noteUses = async (): Promise<void> => {
    while (used.size > 0) {
      const ids = [...used];
      used.clear();
      try {
        await withSystemTransaction(scope, async ({ db }) => await markApiKeysUsed(db, ids));
      } catch (err) {
        log.warn({ err }, 'the use of API keys could not be noted; their next use will be');
      }
    }
  };
  const noteUse = (id: string): void => {
    used.add(id);
    noting ??= noteUses().finally(() => {
      noting = null;
    });
  };

  const believe = (digest: string, entry: { caller: Caller; until: number }): void => {
    believed.delete(digest);
    believed.set(digest, entry);
    const [oldest] = believed.keys();
    if (believed.size > MAX_BELIEVED && oldest !== undefined) believed.delete(oldest);
  };

  const ask = async (digest: string, { id, hash }: ApiKeyClaim): Promise<Caller> => {
    // From before the question: the answer may be as old.
    const until = performance.now() + BELIEVED_MS;
    const key = await withSystemTransaction(scope, async ({ db }) => await usableApiKey(db, id));
    const isRight = timingSafeEqual(hash, key?.hash ?? NO_HASH);
    if (key === undefined || !isRight) throw tokenRefused();
    const latest = clock.now().getTime() + CALLER_LIFE_MS;
    const caller: Caller = {
      userId: key.userId,
      tenantId: key.tenantId,
      role: roleOfKey(key.role, key.scopes),
      sessionId: key.id,
      expiresAt: new Date(Math.min(key.expiresAt.getTime(), latest)),
      scopes: key.scopes,
    };
    believe(digest, { caller, until });
    if (key.isUseStale) noteUse(key.id);
    return caller;
  };

  /** One question for all who come with the same key while it is under way. */
  const askOnce = async (digest: string, claim: ApiKeyClaim): Promise<Caller> => {
    const question = asking.get(digest) ?? ask(digest, claim).finally(() => asking.delete(digest));
    asking.set(digest, question);
    return await question;
  };

  return {
    async verify(key) {
      const claim = parseApiKey(key);
      if (claim === null) throw tokenRefused();
      const digest = `${claim.id}:${claim.hash.toString('base64url')}`;
      const entry = believed.get(digest);
      const isFresh = entry !== undefined && entry.until > performance.now();
      if (isFresh) believe(digest, entry);
      const caller = isFresh ? entry.caller : await askOnce(digest, claim);
      if (sessionWatch.isRevoked(caller.sessionId)) throw tokenRefused();
      return caller;
    },
    async [Symbol.asyncDispose]() {
      await noting;
      believed.clear();
    },
  };
}
