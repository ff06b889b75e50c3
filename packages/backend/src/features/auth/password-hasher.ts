import { argon2, type Argon2Parameters, randomBytes, timingSafeEqual } from 'node:crypto';
import { availableParallelism, totalmem } from 'node:os';
import { promisify } from 'node:util';
import { AppError } from '../../app-error.ts';
import { formatPhc, parsePhc, type PasswordCost } from './phc.ts';

export interface PasswordCheck {
  isMatch: boolean;
  /** True when the hash was made with weaker parameters than those in use: hash the password again. */
  needsRehash: boolean;
}

/** argon2id on a bounded number of threads. */
export interface PasswordHasher {
  /** A PHC string. Throws `TOO_MANY_REQUESTS` when too many wait already. */
  hash(password: string): Promise<string>;
  /** `null` (no such user, no password) costs as much as a real hash and never matches. Throws as `hash`. */
  verify(password: string, hash: string | null): Promise<PasswordCheck>;
  /** How many hashes were computed since the start: for metrics, and for the proof that every login does equal work. */
  readonly computedCount: number;
}

export interface PasswordHasherOptions {
  /** Hashes computed at once. Default: what the cores, libuv's threads and a quarter of the memory allow. */
  maxConcurrent?: number;
  /** Calls that may wait for their turn; about 20 ms of one core each. */
  maxWaiting?: number;
}

const COST: PasswordCost = { memoryKib: 19_456, passes: 2, parallelism: 1 };
const SALT_BYTES = 16;
const TAG_BYTES = 32;
const MAX_WAITING = 128;
/** libuv has four threads for everything; files and name lookups must not wait for passwords. */
const MAX_THREADS = 3;
/** What unknown users are checked against. No password has this tag, and a match would not count. */
const DUMMY = { cost: COST, salt: Buffer.alloc(SALT_BYTES), tag: Buffer.alloc(TAG_BYTES) };

const compute = promisify(argon2);

export function createPasswordHasher(options: PasswordHasherOptions = {}): PasswordHasher {
  const { maxConcurrent = defaultConcurrency(), maxWaiting = MAX_WAITING } = options;
  const waiting: (() => void)[] = [];
  let running = 0;
  let computedCount = 0;

  const turn = async (): Promise<void> => {
    if (running < maxConcurrent) {
      running++;
      return;
    }
    if (waiting.length >= maxWaiting) {
      throw new AppError('TOO_MANY_REQUESTS', {
        message: 'Too many people are signing in right now. Try again in a moment.',
        retryAfterMs: 2_000,
      });
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.push(resolve);
    await promise;
  };
  /** Hands the turn to whoever waits longest, or gives it back. */
  const done = (): void => {
    const next = waiting.shift();
    if (next === undefined) running--;
    else next();
  };

  const tagOf = async (
    password: string,
    { memoryKib, passes, parallelism }: PasswordCost,
    salt: Buffer,
  ): Promise<Buffer> => {
    const parameters: Argon2Parameters = {
      // The same text typed on another system may arrive composed differently, Hangul above all.
      message: password.normalize('NFKC'),
      nonce: salt,
      memory: memoryKib,
      passes,
      parallelism,
      tagLength: TAG_BYTES,
    };
    await turn();
    try {
      return await compute('argon2id', parameters);
    } finally {
      computedCount++;
      done();
    }
  };

  return {
    get computedCount() {
      return computedCount;
    },
    async hash(password) {
      const salt = randomBytes(SALT_BYTES);
      return formatPhc({ cost: COST, salt, tag: await tagOf(password, COST, salt) });
    },
    async verify(password, hash) {
      const stored = hash === null ? null : parsePhc(hash);
      const { cost, salt, tag } = stored ?? DUMMY;
      const computed = await tagOf(password, cost, salt);
      const isMatch = computed.length === tag.length && timingSafeEqual(computed, tag) && stored !== null;
      return { isMatch, needsRehash: isMatch && isWeaker(cost) };
    },
  };
}

function isWeaker(cost: PasswordCost): boolean {
  return cost.memoryKib < COST.memoryKib || cost.passes < COST.passes || cost.parallelism < COST.parallelism;
}

function defaultConcurrency(): number {
  const memoryBytes = Math.min(totalmem(), process.constrainedMemory() || Infinity);
  const fitting = Math.floor(memoryBytes / 4 / (COST.memoryKib * 1_024));
  return Math.max(1, Math.min(availableParallelism(), MAX_THREADS, fitting));
}
