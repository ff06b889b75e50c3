import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseEnv } from './env.ts';
import { EnvError } from './setting-types.ts';

const SECRET = 'k3Jm8ZqT0vXy1LwR5nB7cD9fG2hP4sUaE6iO';

it('starts on a laptop with nothing set', () => {
  expect(parseEnv({})).toMatchObject({
    environment: 'development',
    host: '127.0.0.1',
    port: 8080,
    databaseUrl: null,
    redisUrl: null,
    jwtSecret: null,
    gatewaySecret: null,
    openai: null,
    seeding: 'default',
    warnings: [],
    isWeb: true,
    isWorker: true,
  });
});

it.each([
  [{ PORT: 'eighty' }, 'PORT must be a whole number from 0 to 65535'],
  [{ PORT: '70000' }, 'PORT must be a whole number from 0 to 65535'],
  [{ PORT: '80.5' }, 'PORT must be a whole number from 0 to 65535'],
  [{ DATABASE_URL: 'mysql://x' }, 'DATABASE_URL must begin with postgres://'],
  [{ REDIS_URL: 'localhost:6379' }, 'REDIS_URL must begin with redis://'],
  [{ REDIS_URL: 'redis://a:6379,b:6379' }, 'several nodes of a cluster are divided by commas'],
  [{ JWT_SECRET: 'short' }, 'JWT_SECRET needs at least 32 bytes'],
  [{ JWT_SECRET: 'your-256-bit-secret-changeme-changeme' }, 'JWT_SECRET is a published sample'],
  [{ NODE_ENV: 'production' }, 'JWT_SECRET is required in production'],
  [{ NODE_ENV: 'production', JWT_SECRET: SECRET, REQUIRE_AUTH: 'false' }, 'REQUIRE_AUTH cannot be false'],
  [{ JWT_SECRET: 'kq'.repeat(20) }, 'JWT_SECRET is too easy to guess'],
  [{ SECRET_KEY: 'your-256-bit-secret-changeme-changeme' }, 'SECRET_KEY is a published sample'],
  [{ JWT_PREVIOUS_SECRETS: `${SECRET},short` }, 'JWT_PREVIOUS_SECRETS needs at least 32 bytes'],
  [{ JWT_ACCEPT_LEGACY: 'yes' }, 'JWT_ACCEPT_LEGACY must be true or false'],
  [{ TOKEN_SIGNING_SECRET: 'short' }, 'TOKEN_SIGNING_SECRET needs at least 32 bytes'],
  [
    { AURA_IDENTITY_ISSUERS: '[{"issuer":"https://a.example"}]' },
    'AURA_IDENTITY_ISSUERS must be JSON such as',
  ],
  [{ AURA_PUBLIC_URL: 'https://a.example/path' }, 'AURA_PUBLIC_URL must be an origin'],
  [{ OAUTH_GOOGLE_CLIENT_ID: 'x' }, 'OAUTH_GOOGLE_CLIENT_SECRET is required'],
  [{ OAUTH_DISCORD_CLIENT_ID: 'x', OAUTH_DISCORD_CLIENT_SECRET: 'y' }, 'AURA_PUBLIC_URL is required'],
  [
    { AURA_RATE_LIMITS: '{"user":"many"}' },
    'AURA_RATE_LIMITS must be JSON such as {"user":"3000/10s","key":null}, or off: user does not fit',
  ],
  [{ AURA_RATE_LIMITS: 'none' }, 'AURA_RATE_LIMITS must be JSON such as'],
  [{ GATEWAY_SECRET: 'short' }, 'GATEWAY_SECRET needs at least 32 bytes'],
  [{ JWT_SECRET: SECRET, GATEWAY_SECRET: SECRET }, 'GATEWAY_SECRET must be another one than JWT_SECRET'],
  [{ AURA_USE_PROXY: 'true' }, 'HTTPS_PROXY or HTTP_PROXY must be set'],
  [{ AURA_USE_PROXY: 'true', HTTPS_PROXY: 'proxy:3128' }, 'HTTPS_PROXY must begin with'],
  [{ NODE_ENV: 'staging' }, 'NODE_ENV must be development, production or test'],
  [{ ALLOWED_ORIGINS: 'http://a.example' }, 'ALLOWED_ORIGINS must be a JSON array'],
  [{ ALLOWED_ORIGINS: '["http://a.example/path"]' }, 'ALLOWED_ORIGINS must be origins'],
  [{ AURA_ROLES: 'web,cook' }, 'AURA_ROLES must be web, worker'],
  [{ AURA_TRUSTED_PROXIES: 'everybody' }, 'AURA_TRUSTED_PROXIES must be addresses'],
  [{ AURA_SEED: 'yes' }, 'AURA_SEED must be true or false'],
  [{ OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1' }, 'OPENAI_MODEL is required'],
  [{ AURA_RETENTION_DAYS: '0' }, 'AURA_RETENTION_DAYS must be a whole number from 1 to 3650'],
  [
    { AURA_BUDGETS: '{"runTokens":-1}' },
    'AURA_BUDGETS must be JSON such as {"runTokens":200000,"userCost":5}: runTokens does not fit',
  ],
  [{ AURA_BUDGETS: '{"runTokkens":1}' }, ': there is no runTokkens'],
  [{ AURA_BUDGETS: 'lots' }, 'AURA_BUDGETS must be JSON such as'],
  [{ AURA_MODEL_RATES: 'free' }, 'AURA_MODEL_RATES must be JSON such as'],
  [{ AURA_STDIO_TOOLS: 'yes' }, 'AURA_STDIO_TOOLS must be true or false'],
  [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL must be trace, debug, info, warn, error or fatal'],
])('stops at %j and names it', (variables, message) => {
  expect(() => parseEnv(variables)).toThrow(EnvError);
  expect(() => parseEnv(variables)).toThrow(message);
});

it('says of a short secret that it is short, and nothing else', () => {
  expect(() => parseEnv({ JWT_SECRET: 'short' })).toThrow(
    new EnvError('JWT_SECRET needs at least 32 bytes; make one with: openssl rand -base64 48'),
  );
});

it('names what is called like a setting and is none, with the one that was meant', () => {
  const { warnings } = parseEnv({
    AURA_DATADIR: '/data',
    AURA_ROLE: 'web',
    AURA_JWT_SECRET: SECRET,
    AURA_XYZ: '1',
    AURA_SEED: 'true',
    AURA_TEST_DATABASE_URL: 'x',
    PATH: '/bin',
  });
  expect(warnings).toEqual([
    'AURA_DATADIR is no setting and is ignored; did you mean AURA_DATA_DIR?',
    'AURA_ROLE is no setting and is ignored; did you mean AURA_ROLES?',
    'AURA_JWT_SECRET is no setting and is ignored; did you mean JWT_SECRET?',
    'AURA_XYZ is no setting and is ignored',
  ]);
});

it('keeps quiet at the terminal of a developer, unless told otherwise', () => {
  const isTerminal = true;
  expect(parseEnv({}, { isTerminal }).logLevel).toBe('warn');
  expect(parseEnv({}).logLevel).toBe('info');
  expect(parseEnv({ LOG_LEVEL: 'info' }, { isTerminal }).logLevel).toBe('info');
  expect(parseEnv({ NODE_ENV: 'production', JWT_SECRET: SECRET }, { isTerminal }).logLevel).toBe('info');
});

it('knows whether the first users were asked for', () => {
  expect(parseEnv({ AURA_SEED: 'true' }).seeding).toBe('asked');
  expect(parseEnv({ AURA_SEED: 'false' }).seeding).toBe('off');
});

it('never repeats a secret in what it says about it', () => {
  const secret = 'changeme-changeme-changeme-changeme';
  expect(() => parseEnv({ JWT_SECRET: secret })).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining(secret) }),
  );
});

it('reads what agents may spend in the currency of the deployment, and keeps it in millionths', () => {
  const { limits } = parseEnv({
    AURA_BUDGETS: '{"runSteps":10,"runMinutes":5,"userCost":2.5}',
    AURA_MODEL_RATES: '{"gpt":{"input":0.25,"output":2}}',
    AURA_TOOL_HTTP_ALLOW: 'intranet.example, 10.0.0.0/8',
  });
  expect(limits).toEqual({
    budgets: { runSteps: 10, runActiveMs: 300_000, userCostMicros: 2_500_000 },
    rates: { gpt: { inputMicros: 250_000, outputMicros: 2_000_000 } },
    toolHttpAllow: ['intranet.example', '10.0.0.0/8'],
    allowsStdioTools: false,
    retentionDays: 30,
  });
});

it('is closed by default in production', () => {
  expect(parseEnv({ NODE_ENV: 'production', JWT_SECRET: SECRET })).toMatchObject({
    host: '0.0.0.0',
    allowedOrigins: [],
    seeding: 'off',
  });
});

it('offers the models that are listed, the first as default', () => {
  const { openai } = parseEnv({
    OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1',
    OPENAI_MODEL: 'qwen3, llama4',
  });
  expect(openai).toEqual({
    apiKey: 'none',
    baseUrl: 'http://127.0.0.1:11434/v1',
    models: ['qwen3', 'llama4'],
  });
});

it('reads every variable that .env.example names', () => {
  const example = readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8');
  const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');
  const source =
    read('env.ts') + read('auth-settings.ts') + read('rate-settings.ts') + read('limit-settings.ts');
  const named = [...example.matchAll(/^# ([A-Z_]+)=/gm)].map(([, name]) => name);
  expect(named.length).toBeGreaterThan(10);
  for (const name of named) expect(source).toContain(`${name}:`);
});

it('uses no proxy that was not asked for', () => {
  const variables = {
    HTTPS_PROXY: 'http://proxy.example:3128',
    HTTP_PROXY: 'nonsense',
    NO_PROXY: 'a.example, b.example',
  };
  expect(parseEnv(variables).proxy).toBeNull();
  expect(parseEnv({ ...variables, HTTP_PROXY: '', AURA_USE_PROXY: 'true' }).proxy).toEqual({
    httpProxy: null,
    httpsProxy: 'http://proxy.example:3128',
    noProxy: ['a.example', 'b.example'],
  });
});

it('takes SECRET_KEY for JWT_SECRET, and the secrets that are still accepted beside it', () => {
  const { jwtSecret, auth } = parseEnv({
    SECRET_KEY: SECRET,
    JWT_PREVIOUS_SECRETS: `${SECRET}1, ${SECRET}2`,
  });
  expect(jwtSecret).toBe(SECRET);
  expect(auth).toMatchObject({ previousJwtSecrets: [`${SECRET}1`, `${SECRET}2`], legacyTokens: null });
});

it('accepts tokens of other services only when told to, and from whom', () => {
  const { auth } = parseEnv({ JWT_ACCEPT_LEGACY: 'true', JWT_LEGACY_ISSUERS: 'https://old.example' });
  expect(auth.legacyTokens).toEqual({ issuers: ['https://old.example'], audiences: [] });
});

it('reads whose tokens are exchanged', () => {
  const { auth } = parseEnv({
    AURA_IDENTITY_ISSUERS:
      '[{"issuer":"https://a.example","audience":"me","role":"guest"},{"issuer":"https://b.example","userinfoUrl":"https://b.example/me"}]',
  });
  expect(auth.identityIssuers).toEqual([
    { issuer: 'https://a.example', role: 'guest', proof: { kind: 'oidc', audiences: ['me'] } },
    { issuer: 'https://b.example', proof: { kind: 'userinfo', url: 'https://b.example/me' } },
  ]);
});

it('limits how often anybody may call unless told otherwise', () => {
  expect(parseEnv({}).rateLimits).toMatchObject({ user: { calls: 3_000, seconds: 10 } });
  expect(parseEnv({ AURA_RATE_LIMITS: 'off' }).rateLimits).toBeNull();
  const { rateLimits } = parseEnv({ AURA_RATE_LIMITS: '{"user":"100/60s","key":null}' });
  expect(rateLimits).toMatchObject({
    user: { calls: 100, seconds: 60 },
    key: null,
    tenant: { calls: 30_000, seconds: 10 },
  });
});
