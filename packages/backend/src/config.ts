/** What a backend is made from. `apps/server` builds it from the environment, tests by hand. */
export interface BackendConfig {
  environment: 'development' | 'production' | 'test';
  version: string;
  database: { kind: 'pglite'; dataDir: string | null; image?: Blob } | { kind: 'postgres'; url: string };
  /** Null: a single node, hints stay in the process. */
  redisUrl: string | null;
  /** Signs access tokens (HS256), at least 32 bytes. */
  jwtSecret: string;
  /** Origins of web pages that may call, besides this server's own. */
  allowedOrigins: readonly string[];
  /** Host names the WebSocket upgrade accepts besides loopback; null: any well-formed one (behind a proxy that checks). */
  allowedHosts: readonly string[] | null;
  /** Proxies whose `X-Forwarded-For` is believed: addresses, ranges in CIDR form, or `loopback`. Usually none. */
  trustedProxies: readonly string[];
  isRegistrationOpen: boolean;
  model: ModelConfig;
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
