import { type OfflineModel, startOfflineModel } from '@aura/offline-model';
import { pino } from 'pino';
import type { BackendConfig } from '../config.ts';
import { type Backend, type BackendOverrides, createBackend } from '../create-backend.ts';
import { createTestDatabase } from './test-database.ts';
import { createTestFolder } from './test-folder.ts';

export interface TestBackend extends AsyncDisposable {
  backend: Backend;
  config: BackendConfig;
  model: OfflineModel;
  /** Another node on the same database and Redis (PostgreSQL only: the embedded database has a single owner). */
  addNode(): Promise<Backend>;
}

/**
 * A backend on a database of its own, with the offline model behind it, executing runs. The environment says which
 * database (see the two set-ups), so every test runs on both.
 */
export async function createTestBackend(
  options: {
    config?: Partial<BackendConfig>;
    overrides?: BackendOverrides;
    tokensPerSecond?: number;
    /** False: runs stay queued until the test calls `backend.start()`. */
    isStarted?: boolean;
  } = {},
): Promise<TestBackend> {
  await using stack = new AsyncDisposableStack();
  const { database } = stack.use(await createTestDatabase());
  const model = stack.use(await startOfflineModel({ tokensPerSecond: options.tokensPerSecond ?? 0 }));
  const config: BackendConfig = {
    environment: 'test',
    version: '0.0.0-test',
    database,
    blobs: { kind: 'folder', folder: stack.use(await createTestFolder()).path },
    redisUrl: process.env.AURA_TEST_REDIS_URL ?? null,
    jwtSecret: 'a secret for tests, at least thirty-two bytes long',
    allowedOrigins: [],
    allowedHosts: null,
    trustedProxies: [],
    isRegistrationOpen: true,
    model: { baseUrl: model.url, apiKey: 'offline', models: ['aura-offline', 'aura-offline-mini'] },
    ...options.config,
  };
  const log = pino({ level: process.env.AURA_TEST_LOG ?? 'silent' });
  const backend = stack.use(await createBackend(config, { log, ...options.overrides }));
  if (options.isStarted ?? true) await backend.start();
  const parts = stack.move();
  return {
    backend,
    config,
    model,
    async addNode() {
      const node = parts.use(await createBackend(config, { log, ...options.overrides }));
      await node.start();
      return node;
    },
    [Symbol.asyncDispose]: async () => await parts.disposeAsync(),
  };
}
