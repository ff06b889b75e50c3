import type { OAuthProviderName, Role } from '@aura/contract';

/** What a backend is made from. `apps/server` builds it from the environment, tests by hand. */
export interface BackendConfig {
  environment: 'development' | 'production' | 'test';
  version: string;
  database: { kind: 'pglite'; dataDir: string | null; image?: Blob } | { kind: 'postgres'; url: string };
  /** Where the bytes of attachments are kept; the same for all nodes, and for this database alone. */
  blobs: { kind: 'folder'; folder: string };
  /** A server, or several nodes of a cluster, divided by commas. Null: a single node, hints stay in the process. */
  redisUrl: string | null;
  /** Signs access tokens (HS256), at least 32 bytes. */
  jwtSecret: string;
  /** What others signed with these is accepted too: the secrets before this one, or the one that comes next. */
  previousJwtSecrets?: readonly string[];
  /** Tokens of other services that share a secret with us; left out: none is accepted. */
  legacyTokens?: LegacyTokenConfig | null;
  /** Shared with backends that mint tokens for their users (`auth.mint`), at least 32 bytes; left out: none may. */
  tokenSigningSecret?: string | null;
  /** Whose tokens `auth.exchange` takes; left out: nobody's. */
  identityIssuers?: readonly IdentityIssuer[];
  /** With whom people may sign in; left out: with none. */
  oauthClients?: Partial<Record<OAuthProviderName, OAuthClient>>;
  /** Where browsers reach this server, for what sends them back here: `https://aura.example.com`. */
  publicUrl?: string | null;
  /** `host`, `host:port` or ranges where issuers and sign-in providers may be although they are not public. */
  identityHttpAllow?: readonly string[];
  /** Origins of web pages that may call, besides this server's own. */
  allowedOrigins: readonly string[];
  /** Host names the WebSocket upgrade accepts besides loopback; null: any well-formed one (behind a proxy that checks). */
  allowedHosts: readonly string[] | null;
  /** Proxies whose `X-Forwarded-For` is believed: addresses, ranges in CIDR form, or `loopback`. Usually none. */
  trustedProxies: readonly string[];
  isRegistrationOpen: boolean;
  /** Shared with the gateway whose word on who is calling is taken at the chat socket; left out or null: none is. */
  gatewaySecret?: string | null;
  /** Callers without a token are a fixed development user, an admin. Refused in production. */
  allowsAnonymous?: boolean;
  model: ModelConfig;
  /** Limits on what a run, a user and a tenant may spend; left out: the defaults of `run-budget.ts`. */
  budgets?: Partial<Budgets>;
  /** What a million tokens cost, by model, in millionths of the deployment's currency; models not named cost nothing. */
  rates?: Readonly<Record<string, TokenRate>>;
  /** `host`, `host:port` or ranges that tools may reach although they are not public. Usually none. */
  toolHttpAllow?: readonly string[];
  /** Admins of a tenant may add MCP servers that are programs on this machine. Only where every admin is trusted with it. */
  allowsStdioTools?: boolean;
  /** How often anybody may call; left out: as often as they like. */
  rateLimits?: RateLimitConfig | null;
  /** How long cursors and the pieces of answers are kept; default 30 days. */
  retentionDays?: number;
}

/** A token without `iss` and `aud` is accepted; one that has them must name one of these. */
export interface LegacyTokenConfig {
  issuers: readonly string[];
  audiences: readonly string[];
}

/** Somebody else who says who people are, and is believed. */
export interface IdentityIssuer {
  /** As in `iss`, to the byte. */
  issuer: string;
  /** What its users become members of: the slug of a tenant; default `default`. */
  tenant?: string;
  /** As what newcomers join; default `user`. */
  role?: Role;
  /** False: only who is linked already comes in. Default true. */
  mayJoin?: boolean;
  /**
   * `oidc`: signed tokens for one of the audiences, checked with the keys that discovery under `issuer` names; anything
   * else that is presented in its name goes to its userinfo endpoint. `userinfo`: opaque tokens alone, asked about at `url`.
   */
  proof: { kind: 'oidc'; audiences: readonly string[] } | { kind: 'userinfo'; url: string };
}

export interface OAuthEndpoints {
  authorizationUrl: string;
  tokenUrl: string;
  profileUrl: string;
}

/** As registered with the provider. */
export interface OAuthClient {
  clientId: string;
  clientSecret: string;
  /** Left out: the provider's own. */
  endpoints?: OAuthEndpoints;
}

/** So many calls in every window of so many seconds. */
export interface RateLimit {
  calls: number;
  seconds: number;
}

/**
 * `anonymous`: calls without a token, by address. `signIn`: what lets somebody in, by address, over all nodes where there is
 * Redis. `user`, `key`, `tenant`: calls of who is signed in, on each node.
 */
export type RateLimitName = 'anonymous' | 'signIn' | 'user' | 'key' | 'tenant';
/** Null: no limit of that name. */
export type RateLimitConfig = Record<RateLimitName, RateLimit | null>;

export interface TokenRate {
  inputMicros: number;
  outputMicros: number;
}

/** Null: no limit. Tokens count input and output; money is in millionths of the deployment's currency. */
export interface Budgets {
  runSteps: number;
  runToolCalls: number;
  /** Time under a claim; waiting for people does not count. */
  runActiveMs: number;
  /** Of everything the model said in the run. */
  runOutputBytes: number;
  runTokens: number | null;
  runCostMicros: number | null;
  /** Per day (UTC). */
  userTokens: number | null;
  userCostMicros: number | null;
  tenantTokens: number | null;
  tenantCostMicros: number | null;
}

export interface ModelConfig {
  /** Any OpenAI-compatible server, with its path: `https://…/v1`. */
  baseUrl: string;
  apiKey: string;
  models: readonly [string, ...string[]];
  /** The first event of a stream must come within this; default 30 s. */
  firstEventTimeoutMs?: number;
  /** Between two events of a stream at most this; default 20 s. */
  idleTimeoutMs?: number;
}
