// rate-limiter-flexible rather than twenty lines of ours: windows that are the same on all nodes in Redis (one script, so
// that they cannot lose their end), and memory in its place while Redis is down, are what it has had years of tests for.
import { type Cluster, Redis } from 'ioredis';
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible';
import type { RateLimit, RateLimitConfig, RateLimitName } from '../config.ts';
import { connectRedisCluster, redisUrls } from '../connect-redis-cluster.ts';
import type { RequestInfo } from '../context.ts';

/** Whom a call counts against, in which limit. */
export interface RateBucket {
  limit: RateLimitName;
  key: string;
}

/** What is left in the window that is running. */
export interface RateStanding extends RateLimit {
  limit: RateLimitName;
  remaining: number;
  resetMs: number;
}

/**
 * Counts calls. Those of who is signed in are counted in this process, which costs microseconds and lets each node give
 * out the limit once; sign-ins, which are rare and dear, are counted for all nodes together where there is Redis.
 */
export interface RateLimits extends AsyncDisposable {
  /** Counts one call in every bucket, up to the first that is full. Answers null, or how long that one stays so, in ms. */
  take(request: RequestInfo, buckets: readonly RateBucket[]): Promise<number | null>;
  /** Where the request's last call has left its buckets. */
  standingsOf(request: RequestInfo): readonly RateStanding[];
}

const COMMAND_TIMEOUT_MS = 250;

export function createRateLimits({
  config,
  redisUrl,
  onError,
}: {
  config: RateLimitConfig;
  redisUrl: string | null;
  onError: (err: Error) => void;
}): RateLimits {
  const redis = redisUrl === null || config.signIn === null ? null : connect(redisUrl, onError);
  const limiters = new Map<RateLimitName, RateLimiterAbstract>();
  for (const name of ['anonymous', 'user', 'key', 'tenant', 'signIn'] as const) {
    const limit = config[name];
    if (limit !== null) limiters.set(name, createLimiter(name, limit, name === 'signIn' ? redis : null));
  }
  const standings = new WeakMap<RequestInfo, RateStanding[]>();

  return {
    async take(request, buckets) {
      const left: RateStanding[] = [];
      standings.set(request, left);
      for (const { limit, key } of buckets) {
        const limiter = limiters.get(limit);
        if (limiter === undefined) continue;
        const { res, isRefused } = await consume(limiter, key);
        const { points: calls, duration: seconds } = limiter;
        const { remainingPoints: remaining, msBeforeNext: resetMs } = res;
        left.push({ limit, calls, seconds, remaining, resetMs });
        if (isRefused) return Math.max(1, resetMs);
      }
      return null;
    },
    standingsOf: (request) => standings.get(request) ?? [],
    [Symbol.asyncDispose]() {
      redis?.disconnect();
      return Promise.resolve();
    },
  };
}

function createLimiter(
  name: RateLimitName,
  limit: RateLimit,
  redis: Redis | Cluster | null,
): RateLimiterAbstract {
  const options = { keyPrefix: `aura:rate:${name}`, points: limit.calls, duration: limit.seconds };
  const memory = new RateLimiterMemory(options);
  if (redis === null) return memory;
  return new RateLimiterRedis({
    ...options,
    storeClient: redis,
    insuranceLimiter: memory,
    rejectIfRedisNotReady: true,
    // Who is over the limit costs Redis nothing more.
    inMemoryBlockOnConsumed: limit.calls,
  });
}

async function consume(
  limiter: RateLimiterAbstract,
  key: string,
): Promise<{ res: RateLimiterRes; isRefused: boolean }> {
  try {
    return { res: await limiter.consume(key), isRefused: false };
  } catch (err) {
    if (err instanceof RateLimiterRes) return { res: err, isRefused: true };
    throw err;
  }
}

const retryAfterMs = (attempt: number): number => Math.min(50 * 2 ** attempt, 2_000);
const OPTIONS = {
  connectTimeout: 2_000,
  commandTimeout: COMMAND_TIMEOUT_MS,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
};

/** Fails at once rather than queue: there is memory to count in. */
function connect(url: string, onError: (err: Error) => void): Redis | Cluster {
  const urls = redisUrls(url);
  const redis =
    urls.length > 1
      ? connectRedisCluster(urls, {
          enableOfflineQueue: false,
          clusterRetryStrategy: retryAfterMs,
          redisOptions: OPTIONS,
        })
      : new Redis(url, { ...OPTIONS, enableOfflineQueue: false, retryStrategy: retryAfterMs });
  redis.on('error', onError);
  return redis;
}
