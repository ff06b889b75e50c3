import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { RateLimitConfig } from '@aura/backend';
import { z } from 'zod';
import { authOf, type AuthSettings, authSettings } from './auth-settings.ts';
import { type Limits, limitSettings, limitsOf } from './limit-settings.ts';
import { rateSettings } from './rate-settings.ts';
import { EnvError, flag, list, parseJson, wholeNumber } from './setting-types.ts';
import { unknownSettings } from './unknown-settings.ts';

const DEV_ORIGINS = ['http://localhost:4200', 'http://localhost:5173', 'http://localhost:3000'];

const url = (...schemes: string[]) =>
  z.string().refine((value) => schemes.some((scheme) => value.startsWith(`${scheme}://`)), {
    message: `must begin with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
  });
const origin = z.string().refine((value) => URL.canParse(value) && new URL(value).origin === value, {
  message: 'must be origins such as https://app.example.com, without a path',
});

const proxyRange = z.union(
  [z.literal('loopback'), z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()],
  'must be addresses or ranges such as 10.0.0.0/8, or loopback',
);

const rawSchema = z.object({
  NODE_ENV: z
    .enum(['development', 'production', 'test'], 'must be development, production or test')
    .default('development'),
  PORT: wholeNumber(0, 65_535).default(8080),
  HOST: z.string().min(1).optional(),
  AURA_ROLES: z
    .string()
    .default('web,worker')
    .transform((value) => value.split(',').map((role) => role.trim()))
    .pipe(z.array(z.enum(['web', 'worker'], 'must be web, worker or web,worker')).min(1)),
  AURA_DATA_DIR: z.string().min(1).default('.aura'),
  AURA_BLOB_DIR: z.string().min(1).optional(),
  AURA_SEED: flag.optional(),
  DATABASE_URL: url('postgres', 'postgresql').optional(),
  REDIS_URL: z
    .string()
    .refine((value) => value.split(',').every((one) => /^rediss?:\/\/./.test(one.trim())), {
      message: 'must begin with redis:// or rediss://; several nodes of a cluster are divided by commas',
    })
    .optional(),
  ...authSettings,
  ALLOWED_ORIGINS: z.preprocess(parseJson, z.array(origin, 'must be a JSON array of origins')).optional(),
  CORS_ALLOWED_ORIGINS: list.pipe(z.array(origin)).optional(),
  AURA_TRUSTED_PROXIES: list.pipe(z.array(proxyRange)).default([]),
  REQUIRE_AUTH: flag.default(true),
  AURA_REGISTRATION: z.enum(['open', 'closed'], 'must be open or closed').default('open'),
  AURA_USE_PROXY: flag.default(false),
  HTTPS_PROXY: z.string().optional(),
  HTTP_PROXY: z.string().optional(),
  NO_PROXY: z.string().default(''),
  OPENAI_API_KEY: z.string().min(1).optional(),
  OPENAI_BASE_URL: url('http', 'https').optional(),
  OPENAI_MODEL: z.string().min(1).optional(),
  ...limitSettings,
  ...rateSettings,
  LOG_LEVEL: z
    .enum(
      ['trace', 'debug', 'info', 'warn', 'error', 'fatal'],
      'must be trace, debug, info, warn, error or fatal',
    )
    .optional(),
});

export interface ServerEnv {
  environment: 'development' | 'production' | 'test';
  host: string;
  port: number;
  isWeb: boolean;
  isWorker: boolean;
  dataDir: string;
  /** Where uploaded files are kept. */
  blobDir: string;
  /** `asked`: somebody wants it, and is told when there is nothing to do. */
  seeding: 'asked' | 'default' | 'off';
  databaseUrl: string | null;
  redisUrl: string | null;
  /** Null: take the one in the data folder, or make one there. Never null in production. */
  jwtSecret: string | null;
  /** Who else is let in, and how. */
  auth: AuthSettings;
  /** Null: no gateway's word is taken. */
  gatewaySecret: string | null;
  allowedOrigins: string[];
  trustedProxies: string[];
  isRegistrationOpen: boolean;
  /** Callers without a token are a fixed development user. Never in production. */
  allowsAnonymous: boolean;
  /** Null: the offline model. */
  openai: { apiKey: string; baseUrl: string; models: [string, ...string[]] } | null;
  /** Null: outbound calls go straight, whatever the usual variables say. */
  proxy: { httpProxy: string | null; httpsProxy: string | null; noProxy: string[] } | null;
  /** What agents may do and spend. */
  limits: Limits;
  /** Null: as often as they like. */
  rateLimits: RateLimitConfig | null;
  logLevel: string;
  /** What is odd about the settings, a line each. */
  warnings: string[];
}

/** Reads `.env` when there is one (what is set already wins), then the environment. Throws `EnvError`. */
export function readEnv(): ServerEnv {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return parseEnv(process.env, { isTerminal: process.stdout.isTTY });
}

/** What a child process needs to run at all, without this one's settings. */
export function bareEnv(): Record<string, string> {
  const { PATH = '', HOME = '', TMPDIR } = process.env;
  return { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }) };
}

export function parseEnv(
  variables: Record<string, string | undefined>,
  { isTerminal = false }: { isTerminal?: boolean } = {},
): ServerEnv {
  const given = Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = rawSchema.safeParse(given);
  if (!parsed.success) {
    throw new EnvError(
      parsed.error.issues.map((issue) => `${String(issue.path[0])} ${issue.message}`).join('\n'),
    );
  }
  const raw = parsed.data;
  const isProduction = raw.NODE_ENV === 'production';
  const jwtSecret = raw.JWT_SECRET ?? raw.SECRET_KEY ?? null;
  if (isProduction && jwtSecret === null) {
    throw new EnvError('JWT_SECRET is required in production; make one with: openssl rand -base64 48');
  }
  if (isProduction && !raw.REQUIRE_AUTH) {
    throw new EnvError('REQUIRE_AUTH cannot be false in production: everybody would be an admin');
  }
  return {
    environment: raw.NODE_ENV,
    host: raw.HOST ?? (isProduction ? '0.0.0.0' : '127.0.0.1'),
    port: raw.PORT,
    isWeb: raw.AURA_ROLES.includes('web'),
    isWorker: raw.AURA_ROLES.includes('worker'),
    dataDir: resolve(raw.AURA_DATA_DIR),
    blobDir: resolve(raw.AURA_BLOB_DIR ?? join(raw.AURA_DATA_DIR, 'blobs')),
    seeding: seedingOf(raw),
    databaseUrl: raw.DATABASE_URL ?? null,
    redisUrl: raw.REDIS_URL ?? null,
    jwtSecret,
    auth: authOf(raw),
    gatewaySecret: gatewaySecretOf(raw, jwtSecret),
    allowedOrigins: raw.ALLOWED_ORIGINS ?? raw.CORS_ALLOWED_ORIGINS ?? (isProduction ? [] : DEV_ORIGINS),
    trustedProxies: raw.AURA_TRUSTED_PROXIES,
    isRegistrationOpen: raw.AURA_REGISTRATION === 'open',
    allowsAnonymous: !raw.REQUIRE_AUTH,
    openai: openaiOf(raw),
    proxy: proxyOf(raw),
    limits: limitsOf(raw),
    rateLimits: raw.AURA_RATE_LIMITS,
    // Lines of requests would carry the first users' passwords out of sight.
    logLevel: raw.LOG_LEVEL ?? (isTerminal && raw.NODE_ENV === 'development' ? 'warn' : 'info'),
    warnings: unknownSettings(Object.keys(given), Object.keys(rawSchema.shape)),
  };
}

function seedingOf({ AURA_SEED: isAsked, NODE_ENV }: z.infer<typeof rawSchema>): ServerEnv['seeding'] {
  if (isAsked === undefined) return NODE_ENV === 'production' ? 'off' : 'default';
  return isAsked ? 'asked' : 'off';
}

/** Whoever signs as the gateway must not be able to sign tokens, which open everybody's account. */
function gatewaySecretOf(raw: z.infer<typeof rawSchema>, jwtSecret: string | null): string | null {
  if (raw.GATEWAY_SECRET !== undefined && raw.GATEWAY_SECRET === jwtSecret) {
    throw new EnvError(
      'GATEWAY_SECRET must be another one than JWT_SECRET; make one with: openssl rand -base64 48',
    );
  }
  return raw.GATEWAY_SECRET ?? null;
}

function proxyOf(raw: z.infer<typeof rawSchema>): ServerEnv['proxy'] {
  if (!raw.AURA_USE_PROXY) return null;
  // Checked only here: where the proxy is not asked for, nobody minds what these say.
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY'] as const) {
    const value = raw[name];
    if (value !== undefined && !/^https?:\/\//.test(value)) {
      throw new EnvError(`${name} must begin with http:// or https://`);
    }
  }
  if (raw.HTTP_PROXY === undefined && raw.HTTPS_PROXY === undefined) {
    throw new EnvError('AURA_USE_PROXY is true, so HTTPS_PROXY or HTTP_PROXY must be set');
  }
  return {
    httpProxy: raw.HTTP_PROXY ?? null,
    httpsProxy: raw.HTTPS_PROXY ?? null,
    noProxy: raw.NO_PROXY.split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  };
}

function openaiOf(raw: z.infer<typeof rawSchema>): ServerEnv['openai'] {
  if (raw.OPENAI_API_KEY === undefined && raw.OPENAI_BASE_URL === undefined) return null;
  if (raw.OPENAI_BASE_URL !== undefined && raw.OPENAI_MODEL === undefined) {
    throw new EnvError(
      'OPENAI_MODEL is required with OPENAI_BASE_URL: the model that server offers (several by a comma list)',
    );
  }
  const [first = 'gpt-5-mini', ...others] = (raw.OPENAI_MODEL ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return {
    // Servers of one's own often want no key, but the package insists on one.
    apiKey: raw.OPENAI_API_KEY ?? 'none',
    baseUrl: raw.OPENAI_BASE_URL ?? 'https://api.openai.com/v1',
    models: [first, ...others],
  };
}
